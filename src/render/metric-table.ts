import type { GateVerdict, Judgement } from '../decide/judgement.ts';
import type { MetricComparison } from '../evaluate/evaluation-report.ts';
import { type MetricDefinition, metricDefinitions } from '../evaluate/metric-name.ts';
import type { Measurement } from '../verdict.ts';
import { code, prose } from './escape.ts';
import { type TableColumn, table, unbroken } from './markdown.ts';
import { bytes, change, decimalsFor, fixed, milliseconds, pair, signed, significant } from './number.ts';
import { verdictOutcome } from './outcome.ts';

/** The rows that a person sees without unfolding anything. */
export const shownMetrics = 8;

/** One metric as words: what comment, check, job summary, terminal and report show alike. */
export interface MetricWords {
  readonly title: string;
  readonly champion: string;
  readonly candidate: string;
  /** `▲ +0.0086 (+0.0041 … +0.0131)`; `—` when there is nothing to compare with. */
  readonly difference: string;
  /** Whether the candidate is better, worse, or not to be told apart. */
  readonly direction: 'better' | 'worse' | 'same' | 'unknown';
}

/** Gates in the order in which they matter: what fails, what is not decided, what changed, the rest. */
export function orderedGates(judgement: Judgement): readonly GateVerdict[] {
  return judgement.gates
    .map((gate, index) => ({ gate, index, rank: rankOf(gate) }))
    .sort((a, b) => a.rank - b.rank || a.index - b.index)
    .map(({ gate }) => gate);
}

/** The metric table of some gates. `names` are finished Markdown: who the champion is, and who the candidate. */
export function metricTable(
  gates: readonly GateVerdict[],
  names: { readonly champion: string; readonly candidate: string },
): string {
  const level = gates.find((gate) => gate.comparison?.difference)?.comparison?.difference?.confidence;
  const difference = level === undefined ? 'difference' : `difference (${significant(level * 100, 2)} %)`;
  const columns: readonly TableColumn[] = [
    { title: 'metric', align: 'left' },
    { title: 'verdict', align: 'left' },
    { title: names.champion, align: 'right' },
    { title: names.candidate, align: 'right' },
    { title: difference, align: 'right' },
    { title: 'gate', align: 'left' },
  ];
  return table(columns, gates.map(metricRow));
}

/** The numbers of one metric, to the digits that its interval supports. */
export function metricWords(gate: Pick<GateVerdict, 'metric' | 'comparison'>): MetricWords {
  const definition = metricDefinitions[gate.metric];
  const { comparison } = gate;
  if (comparison === null) {
    return { title: definition.title, champion: '—', candidate: '—', difference: '—', direction: 'unknown' };
  }
  const show = shower(definition, comparison);
  return {
    title: definition.title,
    champion: measurementWords(comparison.champion, show),
    candidate: measurementWords(comparison.candidate, show),
    ...differenceWords(definition, comparison),
  };
}

/** The verdict stands beside the name, where it is seen on a narrow screen without scrolling. */
function metricRow(gate: GateVerdict): readonly string[] {
  const words = metricWords(gate);
  const { icon, word } = verdictOutcome(gate.verdict);
  return [
    words.title,
    unbroken(
      gate.kind === 'info' ? 'shown only' : `${icon} ${word}${gate.override === undefined ? '' : ', overridden'}`,
    ),
    prose(words.champion, 120),
    prose(words.candidate, 120),
    unbroken(words.difference),
    // What fails is told by the numbers of its own row.
    [prose(gate.bound, 80), gate.verdict === 'fail' ? '' : prose(gate.reason, 160), overrideWords(gate)]
      .filter((part) => part !== '')
      .join(' — '),
  ];
}

function overrideWords({ override }: GateVerdict): string {
  return override === undefined ? '' : `overridden by ${code(override.by, 60)}: ${prose(override.reason, 300)}`;
}

function rankOf(gate: GateVerdict): number {
  if (gate.kind !== 'info' && gate.verdict !== 'pass') return { error: 0, fail: 1, inconclusive: 2 }[gate.verdict];
  const { direction } = metricWords(gate);
  const changed = direction === 'better' || direction === 'worse' ? 0 : 1;
  return gate.kind === 'info' ? 5 + changed : 3 + changed;
}

function shower(definition: MetricDefinition, comparison: MetricComparison): (value: number) => string {
  if (definition.unit === 'bytes') return bytes;
  if (definition.unit === 'milliseconds') return milliseconds;
  const { candidate, champion, difference } = comparison;
  if (difference !== null && difference.high > difference.low) {
    return (value) => fixed(value, decimalsFor((difference.high - difference.low) / 2));
  }
  if (candidate.kind === 'value' && champion.kind === 'value' && candidate.value !== champion.value) {
    const [before, after] = pair(champion.value, candidate.value);
    return (value) => (value === champion.value ? before : after);
  }
  return (value) => significant(value, 4);
}

function measurementWords(measurement: Measurement, show: (value: number) => string): string {
  if (measurement.kind === 'value') return show(measurement.value);
  // What is missing is missing in every row, and the row's last cell says why; a failure is the row's own.
  return measurement.kind === 'missing' ? '—' : `failed: ${measurement.reason}`;
}

function differenceWords(
  definition: MetricDefinition,
  { candidate, champion, difference }: MetricComparison,
): Pick<MetricWords, 'difference' | 'direction'> {
  if (candidate.kind !== 'value' || champion.kind !== 'value') return { difference: '—', direction: 'unknown' };
  const apart = candidate.value - champion.value;
  if (difference === null || definition.unit === 'bytes') {
    const relative = definition.unit === 'bytes' || definition.unit === 'milliseconds';
    const words = relative ? change(champion.value, candidate.value) : signed(apart, 4);
    const direction = apart === 0 ? 'same' : isBetter(definition, apart) ? 'better' : 'worse';
    // A time without an interval is one reading: shown, but not told apart from noise.
    const sure = definition.unit === 'milliseconds' ? 'unknown' : direction;
    return { difference: apart === 0 ? 'the same' : `${arrows[direction]}${words}`, direction: sure };
  }
  const decimals = decimalsFor((difference.high - difference.low) / 2);
  const number = signed(difference.value, decimals);
  const direction = /[1-9]/.test(number) ? (isBetter(definition, difference.value) ? 'better' : 'worse') : 'same';
  const decided = difference.low > 0 || difference.high < 0;
  const interval = `(${signed(difference.low, decimals)} … ${signed(difference.high, decimals)})`;
  const unit = definition.unit === 'milliseconds' ? '\u202Fms' : '';
  return {
    difference: `${arrows[direction]}${number}${unit} ${interval}`,
    direction: decided || direction === 'same' ? direction : 'unknown',
  };
}

const arrows = { better: '▲ ', worse: '▼ ', same: '' } as const;

function isBetter(definition: MetricDefinition, difference: number): boolean {
  return definition.better === 'higher' ? difference > 0 : difference < 0;
}

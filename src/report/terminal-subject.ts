import { decidingGates } from '../decide/gate-name.ts';
import type { EdgeVerdict, FairnessVerdict, GateVerdict, Judgement, SlicesVerdict } from '../decide/judgement.ts';
import { judgementHeadline } from '../decide/judgement-headline.ts';
import { verdictReasonsOf } from '../decide/verdict-reasons.ts';
import type { DriftReport } from '../drift/drift-report.ts';
import { shellWord } from '../render/report/reproduction.ts';
import type { Measured, Subject } from '../render/report/subject.ts';
import { type Verdict, worst } from '../verdict.ts';

/** What commands on a terminal measured; parts that were not asked for are absent. */
export interface TerminalMeasurements {
  readonly title: string;
  /** The words of each command line, `siskin` first. */
  readonly commands: readonly (readonly string[])[];
  readonly measured: Partial<Measured>;
  readonly gates?: readonly GateVerdict[];
  readonly fairness?: readonly FairnessVerdict[];
  readonly slices?: readonly SlicesVerdict[];
  readonly edge?: readonly EdgeVerdict[];
  /** What moved columns do to the verdict; `warn` where it is not said. */
  readonly driftRule?: 'warn' | 'fail' | 'ignore';
}

/** Measurements from a terminal as the subject of a report, judged by the gates that they came with. */
export function terminalSubject(options: TerminalMeasurements): Subject {
  const { title, commands, measured: found, gates = [], fairness = [], slices = [], edge = [] } = options;
  const measured: Measured = {
    training: null,
    validation: null,
    drift: null,
    evaluation: null,
    failures: [],
    ...found,
  };
  const { validation, evaluation } = measured;
  const drift = driftVerdict(measured.drift, options.driftRule ?? 'warn');
  const deciding = decidingGates({ gates, fairness, slices, edge }).map(({ verdict }) => verdict);
  const verdicts: readonly Verdict[] = [
    ...(evaluation === null ? [] : [worst(deciding)]),
    ...(validation === null || validation.schema === 'absent' ? [] : [validation.verdict]),
    ...(drift.verdict === 'not-assessed'
      ? measured.drift === null
        ? []
        : ['inconclusive' as const]
      : [drift.verdict]),
  ];
  const judged = {
    model: title,
    verdict: worst(verdicts),
    review: drift.moved.length > 0 || measured.failures.length > 0,
    gates,
    fairness,
    slices,
    edge,
    validation: validation === null || validation.schema === 'absent' ? ('not-assessed' as const) : validation.verdict,
    drift,
  };
  const judgement: Judgement = {
    ...judged,
    headline: evaluation === null ? dataHeadline(judged, measured) : judgementHeadline(judged, measured),
    reasons: [],
  };
  const reasons = verdictReasonsOf(judgement, measured).map(({ seen }) => seen);
  return {
    title,
    judgement: { ...judgement, reasons },
    measured,
    origin: { kind: 'terminal', commands: commands.map((words) => words.map(shellWord).join(' ')) },
  };
}

function driftVerdict(report: DriftReport | null, rule: 'warn' | 'fail' | 'ignore'): Judgement['drift'] {
  if (report === null) return { verdict: 'not-assessed', moved: [], columns: 0 };
  const assessed = Object.values(report.columns).filter(({ verdict }) => verdict !== 'ignored');
  const moved = Object.entries(report.columns).flatMap(([name, { verdict }]) => (verdict === 'moved' ? [name] : []));
  const apart = [...moved, ...report.added, ...report.removed];
  const isCritical = (report.criticalMoved ?? []).length > 0;
  if (rule === 'ignore' && !isCritical) return { verdict: 'not-assessed', moved: [], columns: assessed.length };
  if (apart.length > 0) {
    const verdict = rule === 'fail' || isCritical ? 'fail' : 'pass';
    return { verdict, moved: apart, columns: assessed.length };
  }
  return { verdict: report.verdict === 'not-assessed' ? 'not-assessed' : 'pass', moved: [], columns: assessed.length };
}

/** The sentence on data alone. */
function dataHeadline({ drift }: Pick<Judgement, 'drift'>, { validation, drift: report }: Measured): string {
  const words: string[] = [];
  if (validation !== null && validation.problems.length > 0) {
    const { length } = validation.problems;
    words.push(`the data break their schema in ${length} ${length === 1 ? 'place' : 'places'}`);
  } else if (validation !== null && validation.verdict === 'pass') {
    words.push(`the data are as their schema says`);
  }
  if (drift.moved.length > 0) {
    const names = drift.moved.slice(0, 3).map((name) => `\`${name.replaceAll('`', ' ')}\``);
    words.push(
      `${drift.moved.length} of ${drift.columns} columns moved (${names.join(', ')}${drift.moved.length > 3 ? ', …' : ''})`,
    );
  } else if (report !== null) {
    words.push(
      report.verdict === 'not-assessed' ? 'no column could be compared' : `none of ${drift.columns} columns moved`,
    );
  }
  return words.length === 0 ? 'nothing was measured' : words.join(', and ');
}

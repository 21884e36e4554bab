import type { RolloutMetricPolicy } from '../src/policy/rollout-metric-policy.ts';
import { sparkline } from '../src/render/sparkline.ts';
import type { ArmCounts, Interval } from '../src/rollout/evidence.ts';
import type { JudgePolicy } from '../src/rollout/judge/judge.ts';
import type { Judgement, MetricJudgement } from '../src/rollout/judgement.ts';
import type { ReplayDocument } from './replay-document.ts';
import { shownText } from './shown-text.ts';

/** What one interval showed. */
export interface Trace {
  readonly interval: Interval;
  /** log e of harm and of non-inferiority, by metric. */
  readonly metrics: Readonly<Record<string, readonly [number, number]>>;
}

/** What is kept of a judgement for the table. */
export function traceOf(interval: Interval, { metrics }: Judgement): Trace {
  const logs = Object.entries(metrics).map(([name, { harm, nonInferiority }]): [string, [number, number]] => [
    name,
    [harm.logE, nonInferiority.logE],
  ]);
  return { interval, metrics: Object.fromEntries(logs) };
}

const newest = 20;

/** What a terminal shows of a replay. */
export function replayLines(options: {
  readonly document: ReplayDocument;
  readonly trace: readonly Trace[];
  readonly policy: JudgePolicy;
  readonly isWhole: boolean;
}): string {
  const { document, trace, policy, isWhole } = options;
  const shown = isWhole ? trace : trace.slice(-newest);
  const hidden = trace.length - shown.length;
  return [
    `${shownText(document.file, 120)}`,
    ...Object.entries(policy.metrics).flatMap(([name, metric]) =>
      metricLines({ name, metric, document, trace, shown }),
    ),
    ...(hidden > 0 ? [`  … and ${hidden} earlier intervals (--all shows them)`] : []),
    ...document.steps.map(
      ({ step, attempt, verdict, reason, exposure, decidedAt }) =>
        `  step ${step}${attempt > 1 ? ` (attempt ${attempt})` : ''}: ${verdict} (${reason}) after ${short(exposure)} requests${decidedAt === null ? '' : `, at interval ${decidedAt}`}`,
    ),
    splitLine(document),
    `  verdict: ${verdictText(document)}`,
    ...(document.against === undefined
      ? []
      : [
          `  by the other policy: ${verdictText(document.against)}`,
          ...document.against.differs.map((line) => `    ${shownText(line, 150)}`),
        ]),
  ].join('\n');
}

function metricLines(options: {
  readonly name: string;
  readonly metric: RolloutMetricPolicy;
  readonly document: ReplayDocument;
  readonly trace: readonly Trace[];
  readonly shown: readonly Trace[];
}): readonly string[] {
  const { name, metric, document, trace, shown } = options;
  const judged = document.metrics[name];
  if (judged === undefined) return [];
  const { dispersion, missing } = judged;
  const deciding = Object.keys(document.metrics).length;
  const harmBar = -Math.log(metric['harm-alpha'] / Math.max(1, deciding));
  const proofBar = -Math.log(metric['non-inferiority-alpha']);
  const curve = (of: 0 | 1) => trace.map(({ metrics }) => Math.max(0, metrics[name]?.[of] ?? 0));
  return [
    `  ${shownText(name, 40)}: ${metric.kind}, dispersion ${short(dispersion.value)} (${dispersion.source})`,
    '    interval  weight  candidate            champion             log e harm   log e not worse',
    ...shown.map(({ interval, metrics }) => {
      const arms = interval.metrics[name];
      const [harm = 0, proof = 0] = metrics[name] ?? [];
      return [
        `    ${String(interval.interval).padStart(8)}`,
        `${short(interval.weight)} %`.padStart(6),
        armText(arms?.candidate).padEnd(19),
        armText(arms?.champion).padEnd(19),
        short(harm).padStart(10),
        short(proof).padStart(17),
      ].join('  ');
    }),
    `    harm      ${sparkline(curve(0), harmBar)}  ${testText(judged.harm, harmBar)}`,
    `    not worse ${sparkline(curve(1), proofBar)}  ${testText(judged.nonInferiority, proofBar)}`,
    ...(judged.superiority === null ? [] : [`    better    ${testText(judged.superiority, proofBar)}`]),
    `    ${effectText(judged, metric)}`,
    ...(missing === null ? [] : [`    newest interval not judged: ${shownText(missing, 150)}`]),
  ];
}

function testText({ logE, crossedAt }: MetricJudgement['harm'], bar: number): string {
  const settled = crossedAt === null ? 'not crossed' : `crossed at interval ${crossedAt}`;
  return `log e ${short(logE)} of ${short(bar)}, ${settled}`;
}

function effectText({ effect }: MetricJudgement, metric: RolloutMetricPolicy): string {
  if (effect === null) return 'effect: nothing counted yet';
  const level = `${Number((100 * (1 - metric['non-inferiority-alpha'])).toPrecision(4))} %`;
  const [low, high] = [effect.low, effect.high].map((bound) => (bound === null ? 'open' : short(bound)));
  const estimate = effect.estimate === null ? 'open' : short(effect.estimate);
  const what = effect.scale === 'times' ? 'times the champion’s' : 'more than the champion’s';
  return `effect: ${estimate} ${what}, at any time with ${level} between ${low} and ${high}`;
}

function armText(counts: Interval['metrics'][string]['candidate'] | ArmCounts): string {
  if (counts === undefined) return '–';
  if ('missing' in counts) return counts.missing;
  if ('x' in counts) return `${short(counts.x)} of ${short(counts.n)}`;
  if ('sum' in counts) return `${short(counts.sum / counts.n)} mean of ${short(counts.n)}`;
  return `${short(counts.n)} timed`;
}

function splitLine({ sampleRatio }: Judgement): string {
  const { logE, crossedAt, seen } = sampleRatio;
  if (seen === null) return '  split: not judged';
  const found = crossedAt === null ? 'as set' : `not as set, since interval ${crossedAt}`;
  return `  split: ${short(seen)} % seen at the newest weight, log e ${short(logE)}, ${found}`;
}

function verdictText({ verdict, reason, metric, decidedAt }: Judgement): string {
  const by = metric === null ? '' : ` of ${shownText(metric, 40)}`;
  return `${verdict} (${reason}${by})${decidedAt === null ? '' : `, decided at interval ${decidedAt}`}`;
}

function short(value: number): string {
  if (!Number.isFinite(value)) return '–';
  if (Number.isInteger(value)) return String(value);
  return String(Number(value.toPrecision(4)));
}

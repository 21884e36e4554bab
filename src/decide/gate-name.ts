import { sliceMargins } from '../evaluate/comparison/compare-slices.ts';
import { fairnessMetrics } from '../evaluate/fairness/fairness-metric.ts';
import { metricDefinitions, metricNames } from '../evaluate/metric-name.ts';
import type { ModelPolicy } from '../policy/policy.ts';
import type { Verdict } from '../verdict.ts';
import type { GateOverride } from './approval.ts';
import { fairnessTitle } from './judge-fairness.ts';
import type { EdgeVerdict, FairnessVerdict, GateVerdict, Judgement, SlicesVerdict } from './judgement.ts';

/** A gate that decides, of whatever kind, as commands, headlines and reasons speak of it. */
export interface DecidingGate {
  /** What a command calls it: a metric, a measure of fairness, `slices-…` or `edge-…`. */
  readonly name: string;
  readonly title: string;
  readonly verdict: Verdict;
  readonly reason: string;
  readonly bound: string;
  readonly override: GateOverride | undefined;
}

/** Every gate of a judgement that decides, in the order of reports. */
export function decidingGates(
  judged: Pick<Judgement, 'gates' | 'fairness' | 'slices' | 'edge'>,
): readonly DecidingGate[] {
  const { gates, fairness, slices = [], edge = [] } = judged;
  return [
    ...gates.filter(({ kind }) => kind !== 'info').map((gate) => decidingGate(gate, gate.metric, titleOf(gate))),
    ...[...fairness, ...slices, ...edge].map(specialGate),
  ];
}

/** The gates beside those of metrics. */
export function specialGates(judged: Pick<Judgement, 'fairness' | 'slices' | 'edge'>): readonly DecidingGate[] {
  return decidingGates({ ...judged, gates: [] });
}

/** What commands call the gates of a policy that decide. */
export function gateNames(policy: ModelPolicy): readonly string[] {
  const { fairness, edge = {} } = policy;
  const slices = policy['slices-gate'] === undefined ? [] : sliceMargins(policy.metrics, policy['slices-gate']).keys();
  return [
    ...metricNames.filter((name) => policy.metrics[name] !== undefined && policy.metrics[name]?.kind !== 'info'),
    ...fairnessMetrics.filter((name) => fairness?.gates[name] !== undefined),
    ...[...slices].map((metric) => `slices-${metric}`),
    ...Object.keys(edge).map((key) => `edge-${key}`),
  ];
}

/** Notes who let a gate that was missed not decide. Only one that does not pass can be overridden. */
export function overridden<Gate extends FairnessVerdict | SlicesVerdict | EdgeVerdict>(
  gates: readonly Gate[],
  overrides: ReadonlyMap<string, GateOverride>,
): readonly Gate[] {
  return gates.map((gate) => {
    const override = gate.verdict === 'pass' ? undefined : overrides.get(specialGate(gate).name);
    return override === undefined ? gate : { ...gate, override };
  });
}

function specialGate(gate: FairnessVerdict | SlicesVerdict | EdgeVerdict): DecidingGate {
  if ('columns' in gate) return decidingGate(gate, gate.metric, fairnessTitle(gate));
  if ('key' in gate) return decidingGate(gate, `edge-${gate.key}`, `edge bound ${gate.key}`);
  return decidingGate(gate, `slices-${gate.metric}`, `${metricDefinitions[gate.metric].title} in slices`);
}

function decidingGate(
  {
    verdict,
    reason,
    bound,
    override,
  }: Pick<DecidingGate, 'verdict' | 'reason' | 'bound'> & {
    readonly override?: GateOverride;
  },
  name: string,
  title: string,
): DecidingGate {
  return { name, title, verdict, reason, bound, override };
}

function titleOf({ metric }: GateVerdict): string {
  return metricDefinitions[metric].title;
}

import { metricDefinitions, metricNames } from '../evaluate/metric-name.ts';
import type { ModelPolicy } from '../policy/policy.ts';
import type { Result } from '../result.ts';
import type { Approval } from '../store/approval-record.ts';
import { type Verdict, verdicts, worst } from '../verdict.ts';
import { type GateOverride, overridesFor } from './approval.ts';
import { type DecidingGate, decidingGates, overridden, specialGates } from './gate-name.ts';
import { judgeEdge } from './judge-edge.ts';
import { fairnessTitle, judgeFairness } from './judge-fairness.ts';
import { judgeGate } from './judge-gate.ts';
import { judgeSlices } from './judge-slices.ts';
import {
  decidesNothing,
  type EdgeVerdict,
  type FairnessVerdict,
  type GateVerdict,
  type Judgement,
  looksUsedUp,
  type SlicesVerdict,
} from './judgement.ts';
import { judgementHeadline } from './judgement-headline.ts';

/**
 * Holds the measurements of one model against the policy of the base branch. The worst of gates, validation and drift
 * wins; what is unknown never passes, and a policy without a gate that decides is inconclusive. A model that is
 * unchanged has no gates: then validation and drift alone decide. A gate that somebody overrode for this very candidate
 * keeps its verdict and decides nothing.
 */
export function judge(options: {
  readonly model: string;
  readonly policy: ModelPolicy;
  readonly result: Result;
  /** Those that hold for the commit. */
  readonly approvals?: readonly Approval[];
}): Judgement {
  const { model, policy, result, approvals = [] } = options;
  const artifact = result.evaluation?.candidate.digest ?? null;
  const overrides = overridesFor({ model, policy, artifact }, approvals);
  const gates = withOverrides(judgeGates({ policy, result }), overrides);
  const fairness = overridden(judgeTreatment({ policy, result }), overrides);
  const { slices, edge } = judgeServing({ policy, result, gates, overrides });
  const validation = judgeValidation(result);
  const drift = judgeDrift(policy, result);
  const deciding = decidingGates({ gates, fairness, slices, edge });
  const parts = [validation, drift.verdict].filter((verdict) => verdict !== 'not-assessed');
  const decided = gates.length === 0 ? [] : [worst(deciding.map(verdictOf))];
  const verdict = worst([...decided, ...parts]);
  const review =
    deciding.some(({ override }) => override !== undefined) ||
    drift.moved.length > 0 ||
    result.failures.some(({ part }) => part !== 'drift' || policy.drift.rule !== 'ignore');
  const judged = { model, verdict, review, gates, fairness, slices, edge, validation, drift };
  return { ...judged, headline: judgementHeadline(judged, result), reasons: reasonsOf(judged, result) };
}

/** Every metric of the policy held against an evaluation, in the order in which reports show them. */
export function judgeGates(options: {
  readonly policy: Pick<ModelPolicy, 'metrics'> & Partial<Pick<ModelPolicy, 'holdout'>>;
  readonly result: Pick<Result, 'evaluation' | 'failures'>;
}): readonly GateVerdict[] {
  const { policy, result } = options;
  if (isUnchanged(result)) return [];
  const absent = absence(result);
  return metricNames.flatMap((metric) => {
    const gate = policy.metrics[metric];
    if (gate === undefined) return [];
    const comparison = result.evaluation?.metrics[metric] ?? null;
    const hasChampion = result.evaluation?.champion !== null;
    const isExhausted = result.evaluation?.holdout?.isExhausted === true;
    if (hasChampion && !isSpentAs(policy, result)) {
      const otherwise = { verdict: 'error', reason: 'it was measured with another `holdout.spend`' } as const;
      return [judgeGate({ metric, gate, comparison: null, hasChampion, absent: otherwise })];
    }
    return [judgeGate({ metric, gate, comparison, hasChampion, isExhausted, absent })];
  });
}

/** Whether intervals leave as much error as the policy's way of spending it: those of another way may be too short. */
function isSpentAs(
  { holdout }: Partial<Pick<ModelPolicy, 'holdout'>>,
  { evaluation }: Pick<Result, 'evaluation'>,
): boolean {
  if (holdout === undefined || holdout.spend === 'none' || evaluation === null) return true;
  return evaluation.holdout?.spend === holdout.spend && evaluation.holdout.planned === holdout.looks;
}

/** The slices gate and the edge gate of the policy held against an evaluation; `gates` are those of the metrics overall. */
export function judgeServing(options: {
  readonly policy: Pick<ModelPolicy, 'metrics' | 'slices-gate' | 'edge'>;
  readonly result: Pick<Result, 'evaluation' | 'failures'>;
  readonly gates: readonly GateVerdict[];
  readonly overrides?: ReadonlyMap<string, GateOverride>;
}): { readonly slices: readonly SlicesVerdict[]; readonly edge: readonly EdgeVerdict[] } {
  const { policy, result, gates, overrides = new Map() } = options;
  if (isUnchanged(result)) return { slices: [], edge: [] };
  const { evaluation } = result;
  const absent = absence(result);
  return {
    slices: overridden(usedUp(result, judgeSlices({ policy, evaluation, gates, absent })), overrides),
    edge: overridden(judgeEdge({ policy, evaluation, absent }), overrides),
  };
}

/** Every fairness gate of the policy held against an evaluation. */
export function judgeTreatment(options: {
  readonly policy: Pick<ModelPolicy, 'fairness' | 'positive-label'>;
  readonly result: Pick<Result, 'evaluation' | 'failures'>;
}): readonly FairnessVerdict[] {
  const { policy, result } = options;
  if (isUnchanged(result)) return [];
  return usedUp(result, judgeFairness({ policy, evaluation: result.evaluation, absent: absence(result) }));
}

/** When all planned looks of the holdout are used up, no interval of its rows decides any more. */
function usedUp<Gate extends { readonly verdict: Verdict; readonly reason: string }>(
  { evaluation }: Pick<Result, 'evaluation'>,
  gates: readonly Gate[],
): readonly Gate[] {
  if (evaluation?.holdout?.isExhausted !== true) return gates;
  return gates.map((gate) =>
    gate.verdict === 'error' ? gate : { ...gate, verdict: 'inconclusive', reason: looksUsedUp },
  );
}

/** Only a gate that decides and does not pass can be overridden. */
function withOverrides(
  gates: readonly GateVerdict[],
  overrides: ReadonlyMap<string, GateOverride>,
): readonly GateVerdict[] {
  return gates.map((gate) => {
    const override = gate.kind === 'info' || gate.verdict === 'pass' ? undefined : overrides.get(gate.metric);
    return override === undefined ? gate : { ...gate, override };
  });
}

/** What a gate weighs in the verdict of the model. */
function verdictOf({ verdict, override }: Pick<DecidingGate, 'verdict'> & { readonly override?: unknown }): Verdict {
  return override === undefined ? verdict : 'pass';
}

/** Nothing was evaluated and nothing failed. A result that lacks an evaluation which was asked for is not accepted. */
function isUnchanged({ evaluation, failures }: Pick<Result, 'evaluation' | 'failures'>): boolean {
  return evaluation === null && !failures.some(({ part }) => part === 'training' || part === 'evaluation');
}

/** What stands for a comparison that is not there. */
function absence(result: Pick<Result, 'evaluation' | 'failures'>): {
  readonly verdict: 'error';
  readonly reason: string;
} {
  if (result.evaluation !== null) return { verdict: 'error', reason: 'it was not measured' };
  const failure = result.failures.find(({ part }) => part === 'training' || part === 'evaluation');
  if (failure !== undefined) return { verdict: 'error', reason: `the ${failure.part} failed` };
  return { verdict: 'error', reason: 'it was not measured' };
}

function judgeValidation(result: Result): Judgement['validation'] {
  if (result.failures.some(({ part }) => part === 'validation')) return 'error';
  if (result.validation === null || result.validation.schema === 'absent') return 'not-assessed';
  return result.validation.verdict;
}

function judgeDrift(policy: ModelPolicy, result: Result): Judgement['drift'] {
  const { rule, ignore, critical } = policy.drift;
  const { drift } = result;
  const isIgnored = rule === 'ignore';
  if (drift === null) {
    const isDecisive = rule === 'fail' || critical.length > 0;
    const failed = isDecisive && result.failures.some(({ part }) => part === 'drift');
    return { verdict: failed ? 'error' : 'not-assessed', moved: [], columns: 0 };
  }
  const columns = Object.values(drift.columns).filter(({ verdict }) => verdict !== 'ignored').length;
  const movedColumns = Object.entries(drift.columns).flatMap(([name, { verdict }]) =>
    verdict === 'moved' ? [name] : [],
  );
  const all = [...movedColumns, ...drift.added, ...drift.removed].filter((name) => !ignore.includes(name));
  const missing = critical.filter((name) => !Object.hasOwn(drift.columns, name));
  const criticalMoved = [...new Set([...all.filter((name) => critical.includes(name)), ...missing])];
  const moved = isIgnored ? criticalMoved : [...new Set([...criticalMoved, ...all])];
  if (criticalMoved.length > 0) return { verdict: 'fail', moved, columns };
  if (moved.length > 0) return { verdict: rule === 'fail' ? 'fail' : 'pass', moved, columns };
  if (isIgnored || drift.verdict === 'not-assessed') return { verdict: 'not-assessed', moved, columns };
  return { verdict: 'pass', moved, columns };
}

function reasonsOf(judged: Omit<Judgement, 'headline' | 'reasons'>, result: Result): readonly string[] {
  const { gates, fairness, validation, drift } = judged;
  const reasons: { readonly verdict: Verdict; readonly text: string }[] = [];
  for (const { part, message } of result.failures) {
    const isDecisive =
      part === 'validation' || (part === 'drift' ? drift.verdict === 'error' : result.evaluation === null);
    reasons.push({ verdict: isDecisive ? 'error' : 'pass', text: message });
  }
  for (const gate of gates) {
    if (gate.kind === 'info' || gate.verdict === 'pass') continue;
    const { title } = metricDefinitions[gate.metric];
    const { override } = gate;
    const who = override === undefined ? '' : `, overridden by ${override.by}: ${override.reason}`;
    reasons.push({ verdict: verdictOf(gate), text: `${title}: ${gate.reason}${who}` });
  }
  const notes = new Map(fairness.map((gate) => [fairnessTitle(gate), gate.note]));
  for (const gate of specialGates(judged)) {
    if (gate.verdict === 'pass') continue;
    const note = notes.get(gate.title);
    const noted = note === undefined || note === '' ? '' : ` (${note})`;
    const who = gate.override === undefined ? '' : `, overridden by ${gate.override.by}: ${gate.override.reason}`;
    reasons.push({ verdict: verdictOf(gate), text: `${gate.title}: ${gate.reason}${noted}${who}` });
  }
  const warning = result.evaluation?.holdout?.warning ?? null;
  if (warning !== null) reasons.push({ verdict: 'pass', text: warning });
  if (validation === 'fail' || validation === 'error') {
    for (const { column, expected, found } of result.validation?.problems.slice(0, 10) ?? []) {
      reasons.push({ verdict: validation, text: `data, column ${column}: expected ${expected}, found ${found}` });
    }
  }
  if (drift.moved.length > 0)
    reasons.push({ verdict: drift.verdict === 'fail' ? 'fail' : 'pass', text: movedText(drift) });
  if (decidesNothing(judged)) {
    reasons.push({ verdict: 'inconclusive', text: 'the policy has no metric with a bound, so nothing is decided' });
  }
  return reasons.sort((a, b) => verdicts.indexOf(b.verdict) - verdicts.indexOf(a.verdict)).map(({ text }) => text);
}

function movedText({ moved, columns }: Judgement['drift']): string {
  const names = moved.slice(0, 5).join(', ');
  return `${moved.length} of ${columns} columns moved: ${moved.length > 5 ? `${names}, …` : names}`;
}

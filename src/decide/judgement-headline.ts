import { metricDefinitions } from '../evaluate/metric-name.ts';
import type { Result } from '../result.ts';
import { type DecidingGate, decidingGates, specialGates } from './gate-name.ts';
import { type GateVerdict, type Judgement, noChampion } from './judgement.ts';

/** What of a result the sentence may have to name. */
type Seen = Pick<Result, 'evaluation' | 'validation' | 'failures'>;

/** The one sentence of a judgement: the verdict and its first reason. */
export function judgementHeadline(judged: Omit<Judgement, 'headline' | 'reasons'>, result: Seen): string {
  const { verdict } = judged;
  switch (verdict) {
    case 'error':
      return errorWords(judged, result);
    case 'fail':
      return failWords(judged, result);
    case 'inconclusive':
      return openWords(judged);
    case 'pass':
      return passWords(judged);
    default:
      return verdict satisfies never;
  }
}

function errorWords(judged: Omit<Judgement, 'headline' | 'reasons'>, result: Seen): string {
  const gate = deciding(judged, 'error')[0];
  const special = missed(judged, 'error')[0];
  const failure = result.failures.find(({ part }) => part !== 'drift');
  if (judged.validation === 'error') return 'the data could not be checked, so there is no verdict';
  if (failure !== undefined && result.evaluation === null) return `the ${failure.part} failed, so there is no verdict`;
  if (gate === undefined && special !== undefined) {
    return `${special.title} could not be measured: ${special.reason}`;
  }
  if (gate === undefined) return 'drift could not be measured, so there is no verdict';
  return `${titleOf(gate)} could not be measured: ${gate.reason}`;
}

function failWords(judged: Omit<Judgement, 'headline' | 'reasons'>, result: Seen): string {
  const failing = deciding(judged, 'fail').map((gate) => `${titleOf(gate)} ${verb(gate)}${gate.reason}`);
  failing.push(...missed(judged, 'fail').map(({ title, reason }) => `${title}: ${reason}`));
  if (judged.validation === 'fail') {
    const count = result.validation?.problems.length ?? 0;
    failing.push(`the data break their schema in ${count} ${count === 1 ? 'place' : 'places'}`);
  }
  if (judged.drift.verdict === 'fail') failing.push(driftWords(judged.drift));
  const [first = 'a gate failed', ...others] = failing;
  if (others.length === 0) return first;
  return `${first}, and ${others.length} more ${others.length === 1 ? 'gate fails' : 'gates fail'}`;
}

function openWords(judged: Omit<Judgement, 'headline' | 'reasons'>): string {
  const open = [
    ...deciding(judged, 'inconclusive').map((gate) => ({ title: titleOf(gate), reason: gate.reason })),
    ...missed(judged, 'inconclusive').map(({ title, reason }) => ({ title, reason })),
  ];
  const [first] = open;
  if (judged.gates.length === 0) return 'the model is unchanged, and nothing says what its data must look like';
  if (first === undefined) return 'nothing decides: the policy has no metric with a bound';
  if (open.some((gate) => gate.reason === noChampion)) return `${noChampion}, so there is nothing to compare with`;
  const words = `${first.title} is not decided: ${first.reason}`;
  return open.length === 1 ? words : `${words} (and ${open.length - 1} more)`;
}

function passWords(judged: Omit<Judgement, 'headline' | 'reasons'>): string {
  const overridden = overriddenWords(judged);
  const words = overridden ?? (judged.gates.length === 0 ? 'the model is unchanged' : gainWords(judged.gates));
  if (judged.drift.moved.length > 0) return `${words}, but ${driftWords(judged.drift)} — review before merging`;
  if (overridden !== null) return `${words} — review before merging`;
  return judged.review ? `${words}, but not everything could be measured — review before merging` : words;
}

/** Null when no gate is overridden. */
function overriddenWords(judged: Omit<Judgement, 'headline' | 'reasons'>): string | null {
  const gates = decidingGates(judged).filter(({ override }) => override !== undefined);
  const people = [...new Set(gates.flatMap(({ override }) => override?.by ?? []))];
  if (gates.length === 0) return null;
  const titles = gates.map(({ title }) => title);
  return `${listed(titles)} missed ${gates.length === 1 ? 'its gate' : 'their gates'}, which ${listed(people)} overrode`;
}

/** Better when a gate that decides shows it, not worse when one compared, else what the absolute bounds say. */
function gainWords(gates: readonly GateVerdict[]): string {
  const compared = gates.filter((gate) => gate.kind !== 'info' && /worse|better/.test(gate.bound));
  const better = compared.filter(isBetter);
  if (better.length > 0) {
    return `better in ${listed(better.map(titleOf))}${better.length < compared.length ? ', not worse in the rest' : ''}`;
  }
  return compared.length > 0 ? 'not worse' : 'within every bound';
}

/** `a`, `a and b`, `a and 2 more`. */
function listed(names: readonly string[]): string {
  const [first = '', second = ''] = names;
  if (names.length < 3) return names.length === 1 ? first : `${first} and ${second}`;
  return `${first} and ${names.length - 1} more`;
}

function isBetter({ metric, comparison }: GateVerdict): boolean {
  const difference = comparison?.difference;
  if (difference == null) return false;
  return metricDefinitions[metric].better === 'higher' ? difference.low > 0 : difference.high < 0;
}

function driftWords({ moved, columns }: Judgement['drift']): string {
  return `${moved.length} of ${columns} columns moved (${moved.slice(0, 3).join(', ')}${moved.length > 3 ? ', …' : ''})`;
}

function deciding({ gates }: Pick<Judgement, 'gates'>, verdict: GateVerdict['verdict']): readonly GateVerdict[] {
  return gates.filter((gate) => gate.kind !== 'info' && gate.verdict === verdict && gate.override === undefined);
}

/** The gates beside those of metrics that have this verdict and decide. */
function missed(
  judged: Pick<Judgement, 'fairness' | 'slices' | 'edge'>,
  verdict: GateVerdict['verdict'],
): readonly DecidingGate[] {
  return specialGates(judged).filter((gate) => gate.verdict === verdict && gate.override === undefined);
}

function titleOf({ metric }: GateVerdict): string {
  return metricDefinitions[metric].title;
}

/** `is worse by …`, `is only better by …` when more was asked for; a broken absolute bound has its own verb: `0.71 is below 0.8`. */
function verb({ reason }: GateVerdict): string {
  if (reason.startsWith('worse') || reason.startsWith('no better')) return 'is ';
  return reason.startsWith('better') ? 'is only ' : '';
}

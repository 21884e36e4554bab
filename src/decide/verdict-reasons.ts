import type { VerdictCode } from '../command/reasons.ts';
import { metricDefinitions } from '../evaluate/metric-name.ts';
import type { Result } from '../result.ts';
import { type DecidingGate, specialGates } from './gate-name.ts';
import { decidesNothing, type GateVerdict, type Judgement, noChampion } from './judgement.ts';

/** A reason for a verdict, by its stable code, with what was seen and the limit, as a sentence without its full stop. */
export interface VerdictReason {
  readonly code: VerdictCode;
  readonly seen: string;
  /** The gate that it is about; null when it is about none. */
  readonly metric: string | null;
}

/** Why a verdict is not a plain pass, what decides it first: derived from the judgement, so that old ones have codes too. */
export function verdictReasonsOf(
  judgement: Judgement,
  result: Pick<Result, 'validation' | 'failures'>,
): readonly VerdictReason[] {
  const { gates, validation } = judgement;
  const missed = gates.filter(({ kind, override }) => kind !== 'info' && override === undefined).flatMap(gateReason);
  const noGate = decidesNothing(judgement);
  const unchanged = gates.length === 0 && judgement.verdict === 'inconclusive';
  const found = result.validation?.problems ?? [];
  const reasons: readonly VerdictReason[] = [
    ...missed,
    ...specialGates(judgement).flatMap(specialReason),
    ...(validation === 'fail' ? [ofData('schema-violated', schemaWords(found))] : []),
    ...(validation === 'error' ? [ofData('data-unchecked', failureWords(result, 'validation'))] : []),
    ...driftReason(judgement, result),
    ...(noGate ? [ofData('no-gate', 'no metric of the policy has a bound')] : []),
    ...(unchanged ? [ofData('no-schema', 'the model is unchanged and its data have no schema')] : []),
  ];
  return [...reasons].sort((a, b) => urgency[a.code] - urgency[b.code]);
}

/** What decides worst stands first. */
const urgency: Readonly<Record<VerdictCode, number>> = {
  'data-unchecked': 0,
  'gate-unmeasured': 1,
  'gate-failed': 2,
  'schema-violated': 3,
  'gate-inconclusive': 4,
  'no-champion': 5,
  'no-gate': 6,
  'no-schema': 7,
  'drift-moved': 8,
  'drift-unmeasured': 9,
};

function gateReason(gate: GateVerdict): readonly VerdictReason[] {
  const { metric, verdict, reason, bound } = gate;
  const title = metricDefinitions[metric].title;
  const limit = bound === '' ? '' : ` (it must be ${bound})`;
  switch (verdict) {
    case 'pass':
      return [];
    case 'fail':
      // The reason of a missed bound names it.
      return [{ code: 'gate-failed', metric, seen: `${title}: ${reason}` }];
    case 'error':
      return [{ code: 'gate-unmeasured', metric, seen: `${title}: ${reason}${limit}` }];
    case 'inconclusive':
      return reason === noChampion
        ? [firstModel]
        : [{ code: 'gate-inconclusive', metric, seen: `${title}: ${reason}${limit}` }];
    default:
      return verdict satisfies never;
  }
}

const firstModel: VerdictReason = {
  code: 'no-champion',
  metric: null,
  seen: 'no model of the default branch is good enough yet',
};

function specialReason({ name, title, verdict, reason, bound, override }: DecidingGate): readonly VerdictReason[] {
  if (verdict === 'pass' || override !== undefined) return [];
  if (reason === noChampion) return [firstModel];
  const codes = { fail: 'gate-failed', error: 'gate-unmeasured', inconclusive: 'gate-inconclusive' } as const;
  const seen = `${title}: ${reason} (it must be ${bound})`.replaceAll('`', ' ');
  return [{ code: codes[verdict], metric: name, seen }];
}

function driftReason({ drift }: Judgement, result: Pick<Result, 'failures'>): readonly VerdictReason[] {
  if (drift.moved.length > 0) {
    const names = drift.moved.slice(0, 5).map((name) => `\`${name.replaceAll('`', ' ')}\``);
    const more = drift.moved.length > names.length ? ', …' : '';
    return [
      ofData('drift-moved', `${drift.moved.length} of ${drift.columns} columns moved: ${names.join(', ')}${more}`),
    ];
  }
  const failed = drift.verdict === 'error' || result.failures.some(({ part }) => part === 'drift');
  return failed ? [ofData('drift-unmeasured', failureWords(result, 'drift'))] : [];
}

function ofData(code: VerdictCode, seen: string): VerdictReason {
  return { code, metric: null, seen };
}

function schemaWords(problems: NonNullable<Result['validation']>['problems']): string {
  const [first] = problems;
  const places = `${problems.length} ${problems.length === 1 ? 'place' : 'places'}`;
  if (first === undefined) return 'the data break their schema';
  const { column, expected, found } = first;
  return `the data break their schema in ${places}, first in column \`${column.replaceAll('`', ' ')}\`: expected ${expected}, found ${found}`;
}

function failureWords({ failures }: Pick<Result, 'failures'>, part: Result['failures'][number]['part']): string {
  return failures.find((failure) => failure.part === part)?.message ?? 'it could not be measured';
}

import { type ReasonCode, reasonCodes } from '../../command/reasons.ts';
import { frozenWords } from '../../render/holds.ts';
import { clock } from '../../render/markdown.ts';
import { counted } from '../../render/number.ts';
import { sentence } from '../../render/outcome.ts';
import { forkRefusal } from '../fork.ts';
import { frozen } from '../freeze.ts';
import { settled } from '../lock.ts';
import { verdictReasonsOf } from '../verdict-reasons.ts';
import type { ModelView } from '../view.ts';
import type { Scene } from './scene.ts';

/** A reason that holds here now. */
export interface Holding {
  readonly code: ReasonCode;
  /** Null when it is about the whole pull request. */
  readonly model: string | null;
  /** What was seen, and the limit where there is one: a sentence without its full stop. */
  readonly seen: string;
}

/** All reasons that hold for the commit that a command is about: of its models as they are shown, and of the pull request itself. */
export function holdingHere({ facts }: Scene): readonly Holding[] {
  const { pull } = facts;
  if (pull === null) return [{ code: 'closed', model: null, seen: 'the pull request is not open' }];
  const { judged, shown } = pull;
  const models = shown?.view.models ?? [];
  const holding: Holding[] = models.flatMap((view) => ofModel(view, pull.now));
  if (judged.kind !== 'valid') {
    const seen =
      judged.kind === 'absent'
        ? `\`${pull.base.ref}\` has no policy`
        : `the policy of \`${pull.base.ref}\` has ${counted(judged.problems.length, 'problem')}`;
    return [{ code: 'no-policy', model: null, seen }, ...holding];
  }
  const { holds, now } = facts;
  const freeze = frozen('runs', holds.freezes, now);
  if (freeze !== null && !holding.some(({ code }) => code === 'frozen')) {
    holding.push({ code: 'frozen', model: null, seen: `runs are frozen ${frozenWords(freeze, now)}` });
  }
  for (const { environment, model, state } of holds.locks) {
    const { holder } = settled(state, now).state;
    if (holder === null || holder.owner.number === pull.pull.number) continue;
    const seen = `\`${environment}\` is held by #${holder.owner.number} (${holder.owner.login}) until ${clock(holder.expiresAt, now)}`;
    holding.push({ code: 'locked', model, seen });
  }
  const untrusted = forkRefusal(judged.range, pull.approvals);
  const isSaid = holding.some(({ code }) => code === 'fork');
  return untrusted === null || isSaid ? holding : [{ ...untrusted, model: null, seen: untrusted.reason }, ...holding];
}

function ofModel(view: ModelView, now: string): readonly Holding[] {
  const { model, state } = view;
  switch (state.kind) {
    case 'failed':
      return [{ code: state.failure.code, model, seen: state.failure.message }];
    case 'refused':
      return state.code === undefined ? [] : [{ code: state.code, model, seen: state.reason }];
    case 'judged': {
      const { judgement, result } = state;
      const parts = result.failures.flatMap(({ part, code, message }): readonly Holding[] => {
        const known = reasonCodes.find((one) => one === code);
        return known === undefined ? [] : [{ code: known, model, seen: `${part}: ${message}` }];
      });
      return [...verdictReasonsOf(judgement, result).map(({ code, seen }) => ({ code, model, seen })), ...parts];
    }
    case 'frozen':
    case 'over-budget':
      return [{ code: state.kind, model, seen: sentence(view, now) }];
    case 'nothing':
    case 'queued':
    case 'running':
    case 'cancelled':
    case 'superseded':
      return [];
    default:
      return state satisfies never;
  }
}

import { renderCommand, type Writable } from '../command/render.ts';
import { isWaiting } from './supersede.ts';
import { verdictReasonsOf } from './verdict-reasons.ts';
import type { ModelView, PullView } from './view.ts';

const mostCommands = 5;

/**
 * The commands that make sense where these models stand, ready to be typed: what a person must act on first, then what
 * anybody may want. What is not legal in this state is not offered.
 */
export function nextCommands({ models, head }: Pick<PullView, 'models' | 'head'>): readonly string[] {
  const waiting = models.filter(({ state }) => isWaiting(state));
  if (waiting.length > 0)
    return [waiting.some(({ state }) => state.kind === 'frozen') ? '/locks' : '/status', '/cancel'];
  const isOne = models.filter(({ state }) => state.kind !== 'nothing').length === 1;
  const about = models.flatMap((view) => remedies(view, { head, isOne }));
  const isOver = models.some(({ state }) => ['judged', 'failed', 'cancelled', 'superseded'].includes(state.kind));
  const always: readonly Writable[] = isOver
    ? [
        { verb: 'evaluate', model: null },
        { verb: 'train', model: null, seed: null },
      ]
    : [];
  const lines = [...new Set([...about, ...always].map(renderCommand))];
  return [...lines.slice(0, mostCommands), '/help'];
}

function remedies(
  { model, state }: ModelView,
  { head, isOne }: { readonly head: string; readonly isOne: boolean },
): readonly Writable[] {
  const sha = head.slice(0, 7);
  const named = isOne ? null : model;
  switch (state.kind) {
    case 'failed':
      return [
        { verb: 'retry', model: null },
        { verb: 'explain', code: state.failure.code },
      ];
    case 'refused':
      if (state.code === 'fork') return [{ verb: 'approve-run', sha }];
      return state.code === undefined ? [] : [{ verb: 'explain', code: state.code }];
    case 'over-budget':
      return [{ verb: 'approve-budget' }, { verb: 'retry', model: named }];
    case 'frozen':
      return [{ verb: 'locks' }];
    case 'judged': {
      if (state.isFirstChampion) return [];
      const [first] = verdictReasonsOf(state.judgement, state.result);
      if (first === undefined) return [];
      const { code, metric } = first;
      const isOverridable = metric !== null && (code === 'gate-failed' || code === 'gate-inconclusive');
      const override: Writable = { verb: 'override-gate', metric, model: named, reason: '…' };
      return [{ verb: 'explain', code }, ...(isOverridable ? [override] : [])];
    }
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

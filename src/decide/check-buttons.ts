import { type Button, buttons } from '../command/button.ts';
import { onGithub } from './model-state.ts';
import type { ModelView, PullView } from './view.ts';

/** What a check of a model offers where it stands; nothing on a push, which has no pull request to answer in. */
export function checkButtons({ state }: ModelView, { number }: Pick<PullView, 'number'>): readonly Button[] {
  if (number === null) return [];
  switch (state.kind) {
    case 'queued':
    case 'running':
      return [buttons.cancel];
    case 'failed':
      return [buttons.retry];
    case 'cancelled':
      return state.by === onGithub ? [buttons.retry] : [];
    case 'judged':
      return state.result.failures.length > 0 ? [buttons.retry] : [];
    case 'refused':
      return state.code === 'fork' ? [buttons['approve-run']] : [];
    case 'over-budget':
      return [buttons['approve-budget']];
    case 'frozen':
    case 'superseded':
    case 'nothing':
      return [];
    default:
      return state satisfies never;
  }
}

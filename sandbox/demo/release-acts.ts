import type { StoryChange } from '../../examples/flights/story.ts';

/** How a release must end in production. */
export type ReleaseEnd =
  /** Nothing served before: it serves at once. */
  | { readonly kind: 'first' }
  | { readonly kind: 'promoted' }
  /** By harm that this metric shows; `serves` answers again afterwards. */
  | { readonly kind: 'rolled-back'; readonly metric: string; readonly serves: string };

/** One act of the second half: a change is merged and released, and traffic decides. */
export interface ReleaseAct {
  readonly title: string;
  /** What is proposed and merged first. */
  readonly change: StoryChange;
  readonly author: string;
  readonly version: string;
  readonly ends: ReleaseEnd;
}

/** The model that is released; its requests and delays are real. */
export const releasedModel = 'delay-minutes';

/** What is released, in order. The first change is the pull request that the first half left open. */
export const releaseActs: readonly ReleaseAct[] = [
  {
    title: 'Ada releases the 200 trees. Nothing served before, so they serve at once',
    change: 'replaced-model',
    author: 'grace',
    version: '1.0.0',
    ends: { kind: 'first' },
  },
  {
    title: 'Grace makes do with 100 trees: a canary shows that the answers are as good',
    change: 'fewer-trees',
    author: 'grace',
    version: '1.1.0',
    ends: { kind: 'promoted' },
  },
  {
    title: 'Linus takes hours as whole numbers. Every test passes, and every caller is refused',
    change: 'whole-hours',
    author: 'linus',
    version: '1.2.0',
    ends: { kind: 'rolled-back', metric: 'errors', serves: '1.1.0' },
  },
  {
    title: 'Linus trains on all the data, the holdout too: better on paper, worse on flights',
    change: 'leaked',
    author: 'linus',
    version: '1.3.0',
    ends: { kind: 'rolled-back', metric: 'half-hour-misses', serves: '1.1.0' },
  },
];

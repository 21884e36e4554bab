import type { Rule } from './rule.ts';

/** Changes of what a model is measured on, also behind DVC and Git LFS pointers. */
export const holdoutChanged: Rule = {
  name: 'holdout-changed',
  title: 'The holdout of a model changed',
  reason:
    'figures before and after are of different rows and cannot be compared; this change is still measured on the holdout of the base branch',
  fix: 'change the holdout in a pull request of its own, and say there why the old rows no longer tell what matters',
  places: ({ change }) =>
    (change?.models ?? []).flatMap(({ model, files }) =>
      (files.holdout ?? []).map((path) => ({
        path,
        line: null,
        found: `the holdout of \`${model}\` is not what it was`,
      })),
    ),
};

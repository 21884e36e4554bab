import { z } from 'zod';

/** What holds for pull requests from forks, whose code is a stranger's. */
export const ForkPolicy = z.strictObject({
  runner: z
    .array(z.string().min(1).max(100))
    .min(1)
    .max(20)
    .default(['ubuntu-latest'])
    .describe(
      'Labels of the runner that trains the code of a fork, once somebody has approved that very commit with `/approve-run`. Never a self-hosted machine: what a stranger leaves there, the next run finds.',
    ),
});
export type ForkPolicy = z.infer<typeof ForkPolicy>;

import { z } from 'zod';
import { Judgement } from '../src/rollout/judgement.ts';

/** What `siskin replay --json` prints for each file, on a line of its own. */
export const ReplayDocument = z
  .strictObject({
    file: z.string(),
    ...Judgement.unwrap().shape,
    /** With `--against`: the judgement by the other policy, and the paths at which the two differ. */
    against: z
      .strictObject({ ...Judgement.unwrap().shape, differs: z.array(z.string()).readonly() })
      .readonly()
      .optional(),
  })
  .readonly();
/** What `siskin replay --json` prints for each file. */
export type ReplayDocument = z.infer<typeof ReplayDocument>;

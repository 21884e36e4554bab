import { z } from 'zod';

const columns = z.array(z.string().min(1).max(200)).max(1000).default([]);

/** What profiles, and all reports made from them, may say of values. Rows are in none of them whatever this says. */
export const PrivacyPolicy = z.strictObject({
  'fold-below': z
    .number()
    .int()
    .min(0)
    .max(1_000_000)
    .default(0)
    .describe('Categories of fewer rows than this are counted together and not named, e.g. 10. 0: all are named.'),
  redact: columns.describe(
    'Columns of which no value is shown: texts are counted by hash only, numbers on a coarse grid without their extremes.',
  ),
  hash: columns.describe(
    'Columns whose texts are shown as hashes, so that categories can still be compared one by one. Whoever guesses a text can check the guess.',
  ),
});
export type PrivacyPolicy = z.infer<typeof PrivacyPolicy>;

import { z } from 'zod';

const minutes = z.number().int().min(1).max(43_200);

/** How long environments may be held. */
export const LocksPolicy = z
  .strictObject({
    'default-minutes': minutes.default(120).describe('How long a lock lasts when `/lock` does not say it.'),
    'most-minutes': minutes
      .default(1440)
      .describe('The longest that a lock may be asked for at once; its holder renews it by asking again.'),
  })
  .refine((locks) => locks['default-minutes'] <= locks['most-minutes'], {
    message: '`default-minutes` of at most `most-minutes`; raise `most-minutes` or lower `default-minutes`',
  });
export type LocksPolicy = z.infer<typeof LocksPolicy>;

/** How long runs and environments may be stopped. */
export const FreezesPolicy = z.strictObject({
  'most-hours': z.number().int().min(1).max(8760).default(336).describe('The longest that a freeze may last.'),
});
export type FreezesPolicy = z.infer<typeof FreezesPolicy>;

import { z } from 'zod';

/** How long a server may take for one answer. */
export const Timeout = z.strictObject({
  'timeout-seconds': z.number().min(0.1).max(60).default(10).describe('How long one request may take.'),
});

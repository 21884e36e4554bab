import { z } from 'zod';
import type { AwsCredentials } from '../aws-signature.ts';
import type { Opening } from './opening.ts';
import { Secret } from './secret.ts';

/** What the operator writes of an identity of AWS. */
export const AwsKeys = z.strictObject({
  region: z.string().regex(/^[a-z0-9-]{3,40}$/, 'a region, e.g. eu-central-1'),
  'access-key-id': Secret,
  'secret-access-key': Secret,
  'session-token': Secret.optional(),
});

/** The credentials as they are now: a file may be kept fresh by whoever gives temporary ones. */
export function awsCredentials(keys: z.output<typeof AwsKeys>, { secret }: Opening): AwsCredentials {
  const token = keys['session-token'];
  return {
    accessKeyId: secret(keys['access-key-id']),
    secretAccessKey: secret(keys['secret-access-key']),
    ...(token !== undefined && { sessionToken: secret(token) }),
  };
}

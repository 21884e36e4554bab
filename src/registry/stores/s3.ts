import { openAsBlob } from 'node:fs';
import { z } from 'zod';
import { AppError } from '../../error.ts';
import { bodyChunks } from '../../github/limited-body.ts';
import type { Repository } from '../../intent.ts';
import { signedForAws } from '../../rollout/aws-signature.ts';
import { Address } from '../../rollout/connections/address.ts';
import { type Ask, answerTo } from '../../rollout/connections/ask.ts';
import { AwsKeys, awsCredentials } from '../../rollout/connections/aws-keys.ts';
import type { Opening } from '../../rollout/connections/opening.ts';
import type { ArtifactStore, StoredFile } from './artifact-store.ts';
import { type KeptFiles, keptFilesStore } from './kept-files.ts';
import { transferMs } from './transfer.ts';

/** What the operator writes of a bucket of Amazon S3, or of a server that speaks as it does. It needs GetObject and PutObject there. */
export const Connection = z.object({
  ...AwsKeys.shape,
  url: Address.optional().describe('Of another server than Amazon’s. Default: https://s3.<region>.amazonaws.com.'),
  bucket: z
    .string()
    .regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'the name of a bucket')
    .describe('The bucket.'),
  prefix: z
    .string()
    .regex(/^[\w.-]+(?:\/[\w.-]+)*$/, 'a prefix without slashes at its ends, e.g. `models/production`')
    .optional()
    .describe('What names of objects begin with. Each repository has a prefix of its own behind it.'),
});

/** The store of one repository in a bucket: objects are called by the content that they have. */
export function s3Store(
  settings: z.output<typeof Connection>,
  { place, repository }: { readonly place: Opening; readonly repository: Pick<Repository, 'owner' | 'name'> },
): ArtifactStore {
  const prefix = [settings.prefix, repository.owner.toLowerCase(), repository.name.toLowerCase()].filter(Boolean);
  const folder = prefix.join('/');
  return keptFilesStore({ files: s3Files(settings, { place, folder }), address: `s3://${settings.bucket}/${folder}` });
}

/** Objects of a bucket whose names begin with a folder. */
export function s3Files(
  settings: z.output<typeof Connection>,
  { place, folder }: { readonly place: Opening; readonly folder: string },
): KeptFiles {
  const server = settings.url ?? `https://s3.${settings.region}.amazonaws.com`;

  function asked(name: string, ask: Pick<Ask, 'method' | 'headers' | 'body'>, bodySha256?: string): Ask {
    const key = `${folder}/${name}`.split('/').filter(Boolean).map(encodeURIComponent).join('/');
    const request = { method: ask.method ?? 'GET', url: `${server}/${settings.bucket}/${key}` };
    const headers = signedForAws({
      ...request,
      ...(ask.headers && { headers: ask.headers }),
      ...(bodySha256 !== undefined && { bodySha256 }),
      service: 's3',
      region: settings.region,
      credentials: awsCredentials(settings, place),
      at: place.now(),
    });
    return { ...ask, ...request, name: place.name, headers, timeoutMs: transferMs, accepts: [404] };
  }

  return {
    async has(name, file) {
      const headers = { 'x-amz-checksum-mode': 'ENABLED' };
      const answer = await answerTo(asked(name, { method: 'HEAD', headers }));
      if (answer.status === 404) return false;
      const bytes = Number(answer.headers.get('content-length'));
      const checksum = answer.headers.get('x-amz-checksum-sha256');
      // A server that keeps no checksum is believed in the length: what is opened is hashed in any case.
      return (file.bytes === null || bytes === file.bytes) && (checksum === null || checksum === base64Of(file));
    },

    async write(name, file, path) {
      const body = await openAsBlob(path);
      const headers = { 'x-amz-checksum-sha256': base64Of(file), 'content-type': 'application/octet-stream' };
      // The bytes are signed for by the digest that they must have: others are refused by the server.
      const { status } = await answerTo(asked(name, { method: 'PUT', headers, body }, hexOf(file)));
      if (status === 404) throw noBucket(settings.bucket, place.name);
    },

    async read(name) {
      const answer = await answerTo(asked(name, { method: 'GET' }));
      return answer.status === 404 ? null : bodyChunks(answer.body);
    },
  };
}

function hexOf({ digest }: StoredFile): string {
  return digest.slice('sha256:'.length);
}

function base64Of(file: StoredFile): string {
  return Buffer.from(hexOf(file), 'hex').toString('base64');
}

function noBucket(bucket: string, name: string): AppError {
  return new AppError(
    'not-found',
    `expected the bucket ${bucket} at \`${name}\`, found none; create it, or correct the connection`,
  );
}

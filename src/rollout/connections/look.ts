import { AppError, messageOf } from '../../error.ts';
import { askText } from './ask.ts';
import { Authorization, authorization } from './authorization.ts';
import type { Connection } from './file.ts';
import { type ReadSecret, Secret } from './secret.ts';

/** Why a connection cannot be used: a credential that is not there, an address at which nobody answers; nothing when both are. */
export async function connectionProblems(connection: Connection, secret: ReadSecret): Promise<readonly string[]> {
  const lists = [
    ...(connection.repositories.length === 0 ? ['it lists no repository, so it serves none; list `owner/name`'] : []),
    ...mixtureProblems(connection),
    ...(connection.environments.length === 0 ? ['it lists no environment, so it serves none; list one'] : []),
  ];
  return [...lists, ...credentialProblems(connection, secret), ...(await addressProblems(connection))];
}

function mixtureProblems({ name, settings }: Connection): readonly string[] {
  const { user, password, token } = settings;
  const parsed = Authorization.safeParse({ user, password, token });
  if (!parsed.success) return [];
  try {
    authorization(parsed.data, { name, secret: () => '', now: () => 0 });
    return [];
  } catch (error) {
    return [messageOf(error)];
  }
}

function credentialProblems({ settings }: Connection, secret: ReadSecret): readonly string[] {
  return Object.entries(settings).flatMap(([key, value]) => {
    const parsed = Secret.safeParse(value);
    if (!parsed.success) return [];
    try {
      secret(parsed.data);
      return [];
    } catch (error) {
      return [`\`${key}\`: ${messageOf(error)}`];
    }
  });
}

/** Any answer will do, also a refusal: somebody is there. An address with a place to fill in is asked when it is filled in. */
async function addressProblems({ name, settings }: Connection): Promise<readonly string[]> {
  const { url } = settings;
  if (typeof url !== 'string' || !URL.canParse(url) || url.includes('{')) return [];
  try {
    await askText({ name, url, timeoutMs: 5000, limitBytes: 64 * 1024 });
    return [];
  } catch (error) {
    const isAnswer = error instanceof AppError && !/^expected to reach|within/.test(error.message);
    return isAnswer ? [] : [messageOf(error)];
  }
}

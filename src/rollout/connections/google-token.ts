import { importPKCS8, SignJWT } from 'jose';
import { z } from 'zod';
import { AppError } from '../../error.ts';
import { tokenSource } from './token.ts';

/** The JSON key of a service account, as the console gives it. */
const Key = z.looseObject({
  client_email: z.string().min(3),
  private_key: z.string().min(100),
  token_uri: z.url({ protocol: /^https?$/ }).default('https://oauth2.googleapis.com/token'),
});

/** Access tokens for a service account of Google Cloud, by a signed assertion (https://developers.google.com/identity/protocols/oauth2/service-account#httprest). */
export function googleToken(options: {
  readonly name: string;
  readonly timeoutMs: number;
  readonly now: () => number;
  readonly scope: string;
  /** The text of the JSON key. */
  readonly key: () => string;
}): () => Promise<string> {
  const { name, timeoutMs, now, scope } = options;
  return tokenSource({
    ask: { name, timeoutMs },
    now,
    form: async () => {
      const key = keyIn(options.key(), name);
      const seconds = Math.floor(now() / 1000);
      const assertion = await new SignJWT({ scope })
        .setProtectedHeader({ alg: 'RS256', typ: 'JWT' })
        .setIssuer(key.client_email)
        .setAudience(key.token_uri)
        .setIssuedAt(seconds)
        .setExpirationTime(seconds + 3600)
        .sign(await privateKey(key.private_key, name));
      return { url: key.token_uri, fields: { grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion } };
    },
  });
}

function keyIn(text: string, name: string): z.output<typeof Key> {
  try {
    return Key.parse(JSON.parse(text));
  } catch {
    throw wrongKey(name, 'something else');
  }
}

async function privateKey(pem: string, name: string) {
  try {
    return await importPKCS8(pem, 'RS256');
  } catch {
    throw wrongKey(name, 'one whose private_key cannot be read');
  }
}

function wrongKey(name: string, found: string): AppError {
  return new AppError(
    'bad-config',
    `expected the JSON key of a service account in \`key\` of \`${name}\`, found ${found}; download one`,
  );
}

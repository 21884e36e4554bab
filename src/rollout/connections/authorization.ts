import { z } from 'zod';
import { AppError } from '../../error.ts';
import type { Opening } from './opening.ts';
import { Secret } from './secret.ts';

/** How a server over HTTP knows who asks: not at all, by user and password, or by a bearer token. */
export const Authorization = z.strictObject({
  user: z.string().min(1).max(200).optional().describe('For basic authentication, with `password`.'),
  password: Secret.optional(),
  token: Secret.optional(),
});

/** The headers for these settings. AppError `bad-config` when both ways or half of one are set. */
export function authorization(
  { user, password, token }: z.output<typeof Authorization>,
  { name, secret }: Opening,
): Readonly<Record<string, string>> {
  if ((user === undefined) !== (password === undefined) || (token !== undefined && user !== undefined)) {
    throw new AppError(
      'bad-config',
      `expected \`user\` with \`password\`, or \`token\`, found another mixture in \`${name}\`; keep one way`,
    );
  }
  if (user !== undefined && password !== undefined) {
    return { authorization: `Basic ${Buffer.from(`${user}:${secret(password)}`).toString('base64')}` };
  }
  return token === undefined ? {} : { authorization: `Bearer ${secret(token)}` };
}

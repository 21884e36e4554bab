import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { AppError } from '../../error.ts';

/** A credential by the place where it is kept. The file of connections never holds one itself. */
export const Secret = z
  .union([
    z.strictObject({ env: z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,127}$/) }),
    z.strictObject({ file: z.string().min(1).max(1000) }),
  ])
  .describe('A credential: `{env: NAME}` or `{file: path}`.');
/** A credential by the place where it is kept. */
export type Secret = z.infer<typeof Secret>;

/** Reads a credential at the moment of use, so that a new one needs no restart. AppError `bad-config` when it is not there. */
export type ReadSecret = (secret: Secret) => string;

const mostBytes = 64 * 1024;

/** Reads credentials from this environment and from files. What is wrong is said without what was read. */
export function secretReader(env: Readonly<Record<string, string | undefined>>): ReadSecret {
  return (secret) => {
    const text = 'env' in secret ? env[secret.env] : fileText(secret.file);
    const value = text?.trim() ?? '';
    const place = 'env' in secret ? `the variable ${secret.env}` : `the file ${secret.file}`;
    if (value === '') {
      throw new AppError('bad-config', `expected a credential in ${place}, found none; put it there`);
    }
    if (Buffer.byteLength(value) > mostBytes) {
      throw new AppError('bad-config', `expected a credential in ${place}, found more than 64 kB; name another place`);
    }
    return value;
  };
}

function fileText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const found = error instanceof Error && 'code' in error ? String(error.code) : 'an error';
    throw new AppError('bad-config', `expected a credential in the file ${path}, found ${found}; make it readable`);
  }
}

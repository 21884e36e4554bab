import { z } from 'zod';
import { AppError } from '../../../error.ts';
import type { ServedModel } from '../../../ports/serving.ts';
import { fillIn } from '../../fill-in.ts';

/** Where the operator says that a version answers. A policy names no address, so this stands in the connection. */
export const addressTemplate = z
  .string()
  .max(300)
  .regex(/^[^\s:]+:\d{1,5}$/, 'a host and a port, e.g. model-{version}.internal:8080')
  .refine(
    (text) => /\{(version|digest)\}/.test(text),
    'a place for `{version}` or `{digest}`, so that no two versions share it',
  )
  .describe('Where a version answers: host and port with `{version}` or `{digest}` (its first 12 digits).');

/** The host and port at which a model answers. AppError `bad-input` when that is none: a version may hold any text. */
export function hostAndPort(template: string, model: ServedModel): { readonly host: string; readonly port: number } {
  const digest = model.digest.replace(/^sha256:/, '').slice(0, 12);
  // Versions may have a plus, names of hosts may not.
  const filled = fillIn(template, { version: model.version, digest }, (value) => value.replaceAll('+', '-'));
  const [, host = '', port = ''] = /^([^:]*):(\d{1,5})$/.exec(filled) ?? [];
  const isHost = host.length <= 253 && /^[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_])?$/.test(host);
  if (!isHost || Number(port) < 1 || Number(port) > 65_535) {
    throw new AppError(
      'bad-input',
      `expected a host and a port from \`address\` with version ${JSON.stringify(model.version).slice(0, 100)}, found ${JSON.stringify(filled).slice(0, 200)}; correct the version or the connection`,
    );
  }
  return { host, port: Number(port) };
}

import { AppError, problemText } from '../error.ts';
import { type EditedManifest, reject, setEnvironment } from '../registry/edit-manifest.ts';
import { parseManifest } from '../registry/manifest.ts';
import type { Reversion } from './rollout-effect.ts';

/**
 * A manifest with an environment back at what it served before, and with the digest among the rejected ones. An
 * environment that git gave another digest meanwhile keeps it; what is so already changes nothing. AppError `bad-config`
 * where the manifest cannot be read.
 */
export function revertedManifest(
  text: string,
  { path, reversion }: { readonly path: string; readonly reversion: Reversion },
): string {
  const { model, environment, from, to, rejected } = reversion;
  const parsed = parseManifest(text, path);
  if (parsed.kind === 'invalid') throw unreadable(parsed, path);
  const { environments } = parsed.value;
  const served = Object.hasOwn(environments, environment) ? environments[environment] : undefined;
  const isBack = served?.digest !== from;
  const back = isBack ? text : edited(setEnvironment(text, { model, environment, release: released(to) }), path);
  if (rejected === null) return back;
  return edited(reject(back, { model, rejection: { ...rejected, digest: digest(rejected.digest) } }), path);
}

function released(to: Reversion['to']) {
  return to === null ? null : { ...to, digest: digest(to.digest) };
}

/** The digest of a rollout came from a manifest, so it is of this form; the edit refuses any other. */
function digest(text: string): `sha256:${string}` {
  return `sha256:${text.replace(/^sha256:/, '')}`;
}

function edited(result: EditedManifest, path: string): string {
  if (result.kind === 'invalid') throw unreadable(result, path);
  return result.text;
}

function unreadable({ problems }: Extract<EditedManifest, { readonly kind: 'invalid' }>, path: string): AppError {
  const [first] = problems;
  const why = first === undefined ? 'expected a release manifest, found none; mend it' : problemText(first);
  return new AppError('bad-config', `${path}:${first?.line ?? 1}: ${why}`);
}

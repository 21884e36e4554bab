import { AppError } from '../../../error.ts';
import type { ServedModel } from '../../../ports/serving.ts';
import { fillIn } from '../../fill-in.ts';
import { objectName } from './cluster.ts';

/** The name of the object of a policy's text, with `{model}` replaced. AppError `bad-config` when no object can be called so. */
export function nameOf(text: string, key: string, model: string): string {
  const name = fillIn(text, { model }, asLabel);
  if (objectName.test(name)) return name;
  throw new AppError(
    'bad-config',
    `expected \`serving.${key}\` to name an object of Kubernetes (small letters, digits, hyphens and dots), found ${JSON.stringify(name).slice(0, 120)}; correct it`,
  );
}

/** What serves one version, by a text with `{model}`, `{version}` and `{digest}` (its first twelve digits). AppError `bad-input` when nothing can be called so. */
export function versionName(text: string, model: string, { version, digest }: ServedModel): string {
  const short = digest.replace(/^sha256:/, '').slice(0, 12);
  const name = /^[A-Za-z0-9._+-]{0,200}$/.test(version) ? fillIn(text, { model, version, digest: short }, asLabel) : '';
  if (objectName.test(name)) return name;
  throw new AppError(
    'bad-input',
    `expected a version that a name in Kubernetes can hold (letters, digits, dots, hyphens), found ${JSON.stringify(version).slice(0, 80)}; use {digest} in \`serving\`, or call the version otherwise`,
  );
}

/** Names know small letters, and dots only between labels: 1.5.0 is 1-5-0. */
function asLabel(value: string): string {
  return value.toLowerCase().replaceAll(/[._+]+/g, '-');
}

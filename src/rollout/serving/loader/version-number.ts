import { AppError } from '../../../error.ts';

/**
 * The number of the folder that holds a version, as TensorFlow Serving and Triton want it: of `1.4.0` it is 1004000, of a
 * version that is a number, that number. AppError `bad-input` for every other.
 */
export function versionNumber(version: string): number {
  if (/^[1-9]\d{0,14}$/.test(version)) return Number(version);
  const [, major, minor, patch] = /^(\d{1,6})\.(\d{1,3})\.(\d{1,3})$/.exec(version) ?? [];
  const number = Number(major) * 1_000_000 + Number(minor) * 1000 + Number(patch);
  if (number > 0) return number;
  throw new AppError(
    'bad-input',
    `expected a version like 1.4.0 with numbers below 1000, found ${JSON.stringify(version).slice(0, 100)}; this model server names versions by numbers`,
  );
}

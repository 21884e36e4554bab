import { z } from 'zod';

const pattern =
  /^(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)(?:-((?:0|[1-9][0-9]*|[0-9]*[a-zA-Z-][0-9a-zA-Z-]*)(?:\.(?:0|[1-9][0-9]*|[0-9]*[a-zA-Z-][0-9a-zA-Z-]*))*))?(?:\+([0-9a-zA-Z-]+(?:\.[0-9a-zA-Z-]+)*))?$/;

/** A version as Semantic Versioning 2.0.0 has it, without a `v` before it. */
export const Version = z
  .string()
  .max(100)
  .regex(pattern, 'a semantic version; write e.g. `1.4.0` or `1.5.0-rc.1`, without `v`');

/** Whether a text is a semantic version (no `v`). */
export function isVersion(text: string): boolean {
  return text.length <= 100 && pattern.test(text);
}

/**
 * Negative, zero or positive as `a` comes before, with or after `b` in the precedence of Semantic Versioning 2.0.0 §11;
 * build metadata do not count. Both must be versions; numbers of any length compare exactly.
 */
export function compareVersions(a: string, b: string): number {
  return compareParts(partsOf(a), partsOf(b));
}

/** Sorted by precedence, the newest first; what is equal stays in its order. */
export function newestFirst<Item extends { readonly version: string }>(items: readonly Item[]): readonly Item[] {
  return items
    .map((item) => ({ item, parts: partsOf(item.version) }))
    .sort((a, b) => compareParts(b.parts, a.parts))
    .map(({ item }) => item);
}

function compareParts(left: Parts, right: Parts): number {
  for (const index of [0, 1, 2] as const) {
    const order = compareNumbers(left.numbers[index] ?? '0', right.numbers[index] ?? '0');
    if (order !== 0) return order;
  }
  if (left.labels.length === 0 || right.labels.length === 0) return right.labels.length - left.labels.length;
  return compareLabels(left.labels, right.labels);
}

/** The next version after one: a release candidate becomes its release. */
export function nextVersion(version: string, part: 'major' | 'minor' | 'patch'): string {
  const { numbers, labels } = partsOf(version);
  const [major, minor, patch] = numbers.map(BigInt);
  const [x, y, z] = [major ?? 0n, minor ?? 0n, patch ?? 0n];
  const isBefore = labels.length > 0;
  switch (part) {
    case 'major':
      return isBefore && y === 0n && z === 0n ? `${x}.0.0` : `${x + 1n}.0.0`;
    case 'minor':
      return isBefore && z === 0n ? `${x}.${y}.0` : `${x}.${y + 1n}.0`;
    case 'patch':
      return isBefore ? `${x}.${y}.${z}` : `${x}.${y}.${z + 1n}`;
    default:
      return part satisfies never;
  }
}

interface Parts {
  readonly numbers: readonly string[];
  readonly labels: readonly string[];
}

function partsOf(version: string): Parts {
  const [, major = '0', minor = '0', patch = '0', labels] = pattern.exec(version) ?? [];
  return { numbers: [major, minor, patch], labels: labels === undefined ? [] : labels.split('.') };
}

function compareLabels(a: readonly string[], b: readonly string[]): number {
  for (let index = 0; index < Math.max(a.length, b.length); index += 1) {
    const [left, right] = [a[index], b[index]];
    // More labels win when all before them are equal.
    if (left === undefined || right === undefined) return left === undefined ? -1 : 1;
    const order = compareLabel(left, right);
    if (order !== 0) return order;
  }
  return 0;
}

function compareLabel(a: string, b: string): number {
  const [isNumber, isOtherNumber] = [/^[0-9]+$/.test(a), /^[0-9]+$/.test(b)];
  if (isNumber && isOtherNumber) return compareNumbers(a, b);
  if (isNumber !== isOtherNumber) return isNumber ? -1 : 1;
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** Decimal numbers without leading zeros: the longer is the greater. */
function compareNumbers(a: string, b: string): number {
  if (a.length !== b.length) return a.length - b.length;
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

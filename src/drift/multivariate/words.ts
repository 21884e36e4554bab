import { mixed } from '../../statistics/poisson-bootstrap.ts';
import type { SparseRows } from './linear-classifier.ts';
import type { TextDrift } from './multivariate-report.ts';

const places = 2 ** 15;

/** The words of a text in lower case: runs of letters, marks and digits. */
function wordsIn(text: string): readonly string[] {
  return (
    text
      .normalize('NFC')
      .toLowerCase()
      .match(/[\p{L}\p{M}\p{N}]+/gu) ?? []
  );
}

/** A number for each text that equal texts share; of a missing one 0. */
export function textKeys(texts: readonly (string | null)[]): Uint32Array {
  return Uint32Array.from(texts, (text) => (text === null ? 0 : hashOf(text)));
}

/** Whether texts are prose rather than categories: three words each or more, or most of them found once only. */
export function isProse(texts: readonly (string | null)[]): boolean {
  const given = texts.filter((text) => text !== null);
  const words = given.reduce((sum, text) => sum + wordsIn(text).length, 0);
  return words >= 3 * given.length || new Set(given).size > given.length / 2;
}

/**
 * Each text as the counts of its words and pairs of neighbouring words, dampened and scaled to length 1, at places that
 * their hash says (Weinberger et al., "Feature Hashing", 2009).
 */
export function hashedTexts(texts: readonly (string | null)[]): SparseRows {
  const rows = texts.map((text) => {
    const words = text === null ? [] : wordsIn(text);
    const counts = new Map<number, number>();
    for (const [at, word] of words.entries()) {
      const grams = at === 0 ? [word] : [word, `${words[at - 1]} ${word}`];
      for (const gram of grams) {
        const place = hashOf(gram) % places;
        counts.set(place, (counts.get(place) ?? 0) + 1);
      }
    }
    const values = Float64Array.from(counts.values(), (count) => 1 + Math.log(count));
    const length = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
    return { places: Uint32Array.from(counts.keys()), values: values.map((value) => value / Math.max(1e-12, length)) };
  });
  return { dimension: places, rows };
}

function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return mixed(hash);
}

const mostWords = 20;
/** A word of fewer rows may be somebody's name. */
const leastRows = 10;
/** Numbers and what looks like a key are nobody's business. */
const shown = /^(?!.*\d{3})[\p{L}\p{M}\p{N}]{2,40}$/u;

/**
 * The words whose share of rows differs most: the z-score of the log-odds ratio with a prior of half a row (Monroe,
 * Colaresi and Quinn, "Fightin' Words", 2008). Only words of at least ten rows.
 */
export function tellingWords(texts: readonly (string | null)[], isCurrent: Uint8Array): TextDrift['words'] {
  const counts = new Map<string, [number, number]>();
  const sizes = [0, 0];
  for (const [row, text] of texts.entries()) {
    const side = isCurrent[row] ?? 0;
    sizes[side] = (sizes[side] ?? 0) + 1;
    for (const word of new Set(text === null ? [] : wordsIn(text))) {
      const both = counts.get(word) ?? [0, 0];
      both[side] = (both[side] ?? 0) + 1;
      counts.set(word, both);
    }
  }
  const [reference = 0, current = 0] = sizes;
  const scored = [...counts].flatMap(([word, [before, now]]) => {
    if (before + now < leastRows || !shown.test(word)) return [];
    const odds = (hits: number, rows: number) => Math.log((hits + 0.5) / (rows - hits + 0.5));
    const error = Math.sqrt(
      [before, now, reference - before, current - now].reduce((sum, count) => sum + 1 / (count + 0.5), 0),
    );
    const score = (odds(now, current) - odds(before, reference)) / error;
    return Math.abs(score) < 3
      ? []
      : [{ word, side: score > 0 ? ('current' as const) : ('reference' as const), score }];
  });
  return scored.sort((a, b) => Math.abs(b.score) - Math.abs(a.score) || (a.word < b.word ? -1 : 1)).slice(0, mostWords);
}

import { linearisedEstimate } from '../../statistics/paired-mean.ts';
import type { Measurement } from '../../verdict.ts';
import { measured } from '../../verdict.ts';
import { cellsOf } from '../comparison/joint-cells.ts';
import type { Difference } from '../difference.ts';
import type { MulticlassScores, MultilabelScores } from '../metrics/scores.ts';
import type { ClassReport } from '../task-report.ts';

/** Rows that are alike in one class: whether it is the truth, and whether each model calls it, counted. */
export interface ClassCells {
  readonly counts: Float64Array;
  readonly truth: Uint8Array;
  readonly candidate: Uint8Array;
  readonly champion: Uint8Array;
}

/** The classes of both models' scores as cells; a champion that is not there calls nothing. */
export function classCells(
  candidate: MulticlassScores | MultilabelScores,
  champion: MulticlassScores | MultilabelScores | null,
): { readonly rows: (kind: number) => number; readonly of: (kind: number) => ClassCells } {
  if (candidate.kind === 'multilabel') return labelCells(candidate, champion?.kind === 'multilabel' ? champion : null);
  return kindCells(candidate, champion?.kind === 'multiclass' ? champion : null);
}

/** Precision, recall and F1 of one class, with intervals of the differences by the delta method. */
export function classRatios(
  cells: ClassCells,
  options: { readonly absent: Measurement | null; readonly confidence: number },
): Pick<ClassReport, 'precision' | 'recall' | 'f1'> {
  const of = (base: 'precision' | 'recall' | 'f1') => {
    const ours = ratioOf(base, cells, cells.candidate);
    if (options.absent !== null) return { candidate: ours.value, champion: options.absent, difference: null };
    const theirs = ratioOf(base, cells, cells.champion);
    const difference = differenceOf(cells, { ours, theirs, confidence: options.confidence });
    return { candidate: ours.value, champion: theirs.value, difference };
  };
  return { precision: of('precision'), recall: of('recall'), f1: of('f1') };
}

function kindCells(candidate: MulticlassScores, champion: MulticlassScores | null) {
  const { classes, truth, predicted } = candidate;
  const cells = cellsOf(truth.length, (row) => {
    return ((truth[row] ?? 0) * classes + (predicted[row] ?? 0)) * classes + (champion?.predicted[row] ?? 0);
  });
  const parts = [
    (label: number) => Math.floor(label / classes / classes),
    (label: number) => Math.floor(label / classes) % classes,
    (label: number) => label % classes,
  ].map((part) => Uint16Array.from(cells.labels, part));
  const rows = new Float64Array(classes);
  for (const kind of truth) rows[kind] = (rows[kind] ?? 0) + 1;
  const flags = (place: number, kind: number) =>
    Uint8Array.from(parts[place] ?? [], (one) => (one === kind && (place < 2 || champion !== null) ? 1 : 0));
  return {
    rows: (kind: number) => rows[kind] ?? 0,
    of: (kind: number): ClassCells => ({
      counts: cells.counts,
      truth: flags(0, kind),
      candidate: flags(1, kind),
      champion: flags(2, kind),
    }),
  };
}

function labelCells(candidate: MultilabelScores, champion: MultilabelScores | null) {
  const { labels, truth, predicted } = candidate;
  const of = (kind: number): ClassCells => {
    const counts = new Float64Array(8);
    for (let at = kind; at < truth.length; at += labels) {
      const cell = (truth[at] ?? 0) * 4 + (predicted[at] ?? 0) * 2 + (champion?.predicted[at] ?? 0);
      counts[cell] = (counts[cell] ?? 0) + 1;
    }
    const bit = (place: number) => Uint8Array.from(counts, (_, cell) => (cell >> place) & 1);
    return { counts, truth: bit(2), candidate: bit(1), champion: bit(0) };
  };
  return {
    rows: (kind: number) => {
      let rows = 0;
      for (let at = kind; at < truth.length; at += labels) rows += truth[at] ?? 0;
      return rows;
    },
    of,
  };
}

interface Ratio {
  readonly value: Measurement;
  /** How far a row of each cell moves it. */
  readonly influence: Float64Array;
}

function ratioOf(base: 'precision' | 'recall' | 'f1', { counts, truth }: ClassCells, called: Uint8Array): Ratio {
  const part = (cell: number) => (truth[cell] ?? 0) * (called[cell] ?? 0) * (base === 'f1' ? 2 : 1);
  const whole = (cell: number) =>
    (base === 'precision' ? 0 : (truth[cell] ?? 0)) + (base === 'recall' ? 0 : (called[cell] ?? 0));
  let parts = 0;
  let wholes = 0;
  let rows = 0;
  for (let cell = 0; cell < counts.length; cell++) {
    const count = counts[cell] ?? 0;
    parts += count * part(cell);
    wholes += count * whole(cell);
    rows += count;
  }
  if (wholes === 0) {
    const reason =
      base === 'recall'
        ? 'no row is of it'
        : base === 'precision'
          ? 'no row is called it'
          : 'no row is of it or called it';
    return { value: { kind: 'failed', reason }, influence: new Float64Array(counts.length) };
  }
  const value = parts / wholes;
  const influence = Float64Array.from(counts, (_, cell) => ((part(cell) - value * whole(cell)) * rows) / wholes);
  return { value: measured(value), influence };
}

function differenceOf(
  { counts }: ClassCells,
  { ours, theirs, confidence }: { readonly ours: Ratio; readonly theirs: Ratio; readonly confidence: number },
): Difference | null {
  if (ours.value.kind !== 'value' || theirs.value.kind !== 'value') return null;
  const value = ours.value.value - theirs.value.value;
  let rows = 0;
  let squares = 0;
  // The influences of all rows sum to 0, so that their mean needs no taking away.
  for (const [cell, count] of counts.entries()) {
    rows += count;
    squares += count * ((ours.influence[cell] ?? 0) - (theirs.influence[cell] ?? 0)) ** 2;
  }
  const found = linearisedEstimate({ value, influence: { count: rows, mean: 0, squares } })?.at(confidence);
  if (found === undefined || !Number.isFinite(found.low) || !Number.isFinite(found.high)) return null;
  return { ...found, confidence, method: 'paired t, delta method' };
}

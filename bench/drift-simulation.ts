import { type BlockedSide, blockInference } from '../src/drift/blocks/block-inference.ts';
import { chiSquareHomogeneity } from '../src/drift/chi-square.ts';
import { compareProfiles } from '../src/drift/compare.ts';
import { evidentlyColumn } from '../src/drift/compat/evidently.ts';
import type { RawColumn } from '../src/drift/compat/raw-column.ts';
import type { ColumnDrift } from '../src/drift/drift-report.ts';
import { DriftPolicy } from '../src/policy/drift-policy.ts';
import { profileOf, randomNumbers } from '../test/data/profile-of.ts';

/** One kind of column at one size: how often each rule calls it moved without and with a real change. */
export interface SimulatedRow {
  readonly kind: string;
  readonly rows: number;
  readonly runs: number;
  /** Without any change: the share of p-values up to 0.01, and of columns called moved. */
  readonly certain: number;
  readonly falseAlarms: number;
  readonly evidentlyFalseAlarms: number;
  /** With the change that the kind names: the share of p-values up to 0.01, and of columns called moved. */
  readonly certainChange: number;
  readonly found: number;
  readonly evidentlyFound: number;
}

/** The simulated rules: whole reports of many columns, and rows that belong together. */
export interface Simulation {
  readonly columns: readonly SimulatedRow[];
  /** The share of reports of 50 unchanged columns of 500 rows with any false alarm. */
  readonly reports: { readonly runs: number; readonly own: number; readonly evidently: number };
  /** Without any change, 30 blocks of 50 rows that are alike: p-values up to 0.05 of independent rows and of whole blocks. */
  readonly blocks: { readonly runs: number; readonly independent: number; readonly blocked: number };
}

type Value = number | string | null;
type Draw = () => Value;

const random = randomNumbers(20_260_601);
const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

/** Draws without and with a change, by a name that says what changes. */
const kinds: Readonly<Record<string, { readonly steady: Draw; readonly changed: Draw }>> = {
  'numbers; mean + 0.3 sd': { steady: normal, changed: () => normal() + 0.3 },
  '5 categories; tilted': { steady: () => category(5, 1.3), changed: () => category(5, 1.7) },
  '100 categories; tilted': { steady: () => category(100, 1.3), changed: () => category(100, 1.7) },
  '1000 categories; tilted': { steady: () => category(1000, 1.3), changed: () => category(1000, 1.7) },
  'nulls; 10 % → 20 %': { steady: () => holed(0.1), changed: () => holed(0.2) },
};

function category(count: number, tilt: number): string {
  return `c${Math.floor(count * random() ** tilt)}`;
}

function holed(share: number): number | null {
  return random() < share ? null : normal();
}

/** Runs everything; `effort` 1 is what the documentation shows. */
export function simulate(effort = 1): Simulation {
  const sizes = [
    { rows: 200, runs: 200 },
    { rows: 1000, runs: 80 },
    // From this many rows on Evidently's Kolmogorov–Smirnov test is no longer exact, which takes 10⁸ steps a column.
    { rows: 10_001, runs: 15 },
  ];
  const columns = Object.entries(kinds).flatMap(([kind, draws]) =>
    sizes.map(({ rows, runs }) => simulatedRow({ kind, ...draws, rows, runs: Math.ceil(runs * effort) })),
  );
  return {
    columns,
    reports: simulatedReports(Math.ceil(20 * effort)),
    blocks: simulatedBlocks(Math.ceil(150 * effort)),
  };
}

function simulatedRow(options: {
  readonly kind: string;
  readonly steady: Draw;
  readonly changed: Draw;
  readonly rows: number;
  readonly runs: number;
}): SimulatedRow {
  const { kind, steady, changed, rows, runs } = options;
  const counts = { certain: 0, falseAlarms: 0, evidentlyFalseAlarms: 0, certainChange: 0, found: 0, evidentlyFound: 0 };
  for (let run = 0; run < runs; run += 1) {
    const [reference, same, other] = [steady, steady, changed].map((draw) => Array.from({ length: rows }, draw));
    if (reference === undefined || same === undefined || other === undefined) continue;
    const [without, changedOne] = [compared([reference], [same]), compared([reference], [other])];
    if (leastPValue(without[0]) <= 0.01) counts.certain += 1;
    if (leastPValue(changedOne[0]) <= 0.01) counts.certainChange += 1;
    if (without[0]?.verdict === 'moved') counts.falseAlarms += 1;
    if (changedOne[0]?.verdict === 'moved') counts.found += 1;
    if (byEvidently(reference, same)) counts.evidentlyFalseAlarms += 1;
    if (byEvidently(reference, other)) counts.evidentlyFound += 1;
  }
  const shares = Object.fromEntries(Object.entries(counts).map(([name, count]) => [name, count / runs]));
  return { kind, rows, runs, ...counts, ...shares };
}

/** The smaller p-value of the tests on values and on empty ones. */
function leastPValue(column: ColumnDrift | undefined): number {
  return Math.min(column?.statistics['chi-square']?.pValue ?? 1, column?.nulls.pValue ?? 1);
}

const digest = `sha256:${'0'.repeat(64)}` as const;

function compared(reference: readonly (readonly Value[])[], current: readonly (readonly Value[])[]) {
  const side = (columns: readonly (readonly Value[])[]) => ({
    profile: profileOf(Object.fromEntries(columns.map((values, at) => [`x${at}`, values]))),
    digest,
  });
  const policy = DriftPolicy.parse({});
  return Object.values(compareProfiles({ reference: side(reference), current: side(current), policy }).columns);
}

function byEvidently(reference: readonly Value[], current: readonly Value[]): boolean {
  return evidentlyColumn(rawColumn(reference), rawColumn(current))?.drifted ?? false;
}

function rawColumn(values: readonly Value[]): RawColumn {
  if (values.some((value) => typeof value === 'string')) {
    return { kind: 'category', values: values.map((value) => (value === null ? null : String(value))) };
  }
  const numbers = Float64Array.from(values, (value) => (value === null ? Number.NaN : Number(value)));
  return { kind: 'number', values: numbers, nulls: values.filter((value) => value === null).length, isWhole: false };
}

function simulatedReports(runs: number): Simulation['reports'] {
  let [own, evidently] = [0, 0];
  for (let run = 0; run < runs; run += 1) {
    const side = () => Array.from({ length: 50 }, () => Array.from({ length: 500 }, normal));
    const [reference, current] = [side(), side()];
    if (compared(reference, current).some(({ verdict }) => verdict === 'moved')) own += 1;
    if (reference.some((values, at) => byEvidently(values, current[at] ?? []))) evidently += 1;
  }
  return { runs, own: own / runs, evidently: evidently / runs };
}

function simulatedBlocks(runs: number): Simulation['blocks'] {
  const [blocks, rowsOfBlock, cells] = [30, 50, 10];
  const side = (first: number): BlockedSide => {
    const counts = new Float64Array(blocks * cells);
    for (let block = 0; block < blocks; block += 1) {
      // A fifth of the variance is that of blocks.
      const shared = Math.sqrt(0.2) * normal();
      for (let row = 0; row < rowsOfBlock; row += 1) {
        const value = shared + Math.sqrt(0.8) * normal();
        const cell = Math.min(cells - 1, Math.max(0, Math.floor(((value + 2.5) / 5) * cells)));
        counts[block * cells + cell] = (counts[block * cells + cell] ?? 0) + 1;
      }
    }
    return { keys: Uint32Array.from({ length: blocks }, (_, block) => first + block), cells, counts };
  };
  const whole = ({ counts }: BlockedSide) =>
    Array.from({ length: cells }, (_, cell) => counts.reduce((sum, n, at) => (at % cells === cell ? sum + n : sum), 0));
  let [independent, blocked] = [0, 0];
  for (let run = 0; run < runs; run += 1) {
    const both = { reference: side(0), current: side(blocks) };
    const sums = { reference: whole(both.reference), current: whole(both.current) };
    if (chiSquareHomogeneity(sums).pValue <= 0.05) independent += 1;
    if (blockInference({ tested: both, distances: both, stability: both, z: 2 }).pValue <= 0.05) blocked += 1;
  }
  return { runs, independent: independent / runs, blocked: blocked / runs };
}

/** The simulation as the tables of docs/drift.md. */
export function simulationTable({ columns, reports, blocks }: Simulation): string {
  const percent = (share: number) => `${Number((100 * share).toFixed(1))} %`;
  return [
    '| column; change | rows on each side | runs | no change: p ≤ 0.01 | no change: moved | Evidently: drifted | change: p ≤ 0.01 | change: moved | Evidently: drifted |',
    '| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |',
    ...columns.map((row) => {
      const shares = [
        row.certain,
        row.falseAlarms,
        row.evidentlyFalseAlarms,
        row.certainChange,
        row.found,
        row.evidentlyFound,
      ];
      return `| ${[row.kind, row.rows, row.runs, ...shares.map(percent)].join(' | ')} |`;
    }),
    '',
    `Of ${reports.runs} reports on 50 unchanged columns of 500 rows, ${percent(reports.own)} call any column moved; by Evidently's defaults ${percent(reports.evidently)} have a drifted column.`,
    `Of ${blocks.runs} comparisons of 30 and 30 blocks of 50 rows that hang together (a fifth of the variance), without any change, ${percent(blocks.independent)} have p ≤ 0.05 if rows count as independent, ${percent(blocks.blocked)} if blocks are compared.`,
  ].join('\n');
}

if (import.meta.main) process.stdout.write(`${simulationTable(simulate())}\n`);

import type { ServingCost, ServingReport } from '../evaluate/serving/serving-report.ts';
import type { Measurement } from '../verdict.ts';
import { bytes, change, count, milliseconds, significant } from './number.ts';
import type { WordTable } from './word-table.ts';

interface Row {
  readonly title: string;
  readonly better: 'lower' | 'higher';
  readonly value: (cost: ServingCost) => Measurement;
  readonly words: (value: number) => string;
}

const rows: readonly Row[] = [
  { title: 'size', better: 'lower', value: ({ bytes: value }) => ({ kind: 'value', value }), words: bytes },
  {
    title: 'rows per second, all threads',
    better: 'higher',
    value: ({ throughput }) => throughput,
    words: (value) => (value >= 100 ? count(value) : significant(value, 3)),
  },
  {
    title: 'one row, one thread (median)',
    better: 'lower',
    value: ({ singleThread }) => singleThread.median,
    words: milliseconds,
  },
  { title: 'peak memory', better: 'lower', value: ({ peakMemory }) => peakMemory, words: bytes },
  {
    title: 'operators',
    better: 'lower',
    value: ({ operators }) =>
      operators === null ? { kind: 'missing', reason: 'no graph' } : { kind: 'value', value: operators.total },
    words: count,
  },
];

/** What both models cost to serve. */
export function servingTable({ candidate, champion }: ServingReport): WordTable {
  return {
    caption: 'What serving costs',
    things: 'rows',
    columns: [
      { title: 'serving', kind: 'name' },
      { title: 'champion', kind: 'number' },
      { title: 'candidate', kind: 'number' },
      { title: 'change', kind: 'number' },
    ],
    rows: [
      ...rows.map(({ title, better, value, words }) => {
        const now = value(candidate);
        const before = champion === null ? null : value(champion);
        return [title, before === null ? '—' : shown(before, words), shown(now, words), apart(before, now, better)];
      }),
      ['runs in WebAssembly', champion === null ? '—' : wasmWords(champion), wasmWords(candidate), ''],
    ],
  };
}

/** The operators of the candidate, most frequent first, and those that only it has. */
export function operatorWords({ candidate, champion }: ServingReport): string {
  if (candidate.operators === null) return '';
  const { kinds, opsets } = candidate.operators;
  const known = new Set(champion?.operators?.kinds.map(({ name }) => name));
  const fresh = champion?.operators == null ? [] : kinds.filter(({ name }) => !known.has(name));
  const listed = kinds
    .slice(0, 12)
    .map(({ name, count: times }) => `\`${name.replaceAll('`', ' ')}\` × ${count(times)}`);
  const more = kinds.length - listed.length;
  const sets = opsets.map(({ domain, version }) => `${domain === '' ? 'ai.onnx' : domain} ${version}`);
  return [
    `Operators of the candidate: ${listed.join(', ')}${more > 0 ? ` and ${more} more kinds` : ''}${sets.length === 0 ? '' : ` (operator sets ${sets.join(', ')})`}.`,
    fresh.length === 0
      ? ''
      : `The champion has none of ${fresh
          .slice(0, 12)
          .map(({ name }) => `\`${name.replaceAll('`', ' ')}\``)
          .join(', ')}.`,
  ]
    .filter((part) => part !== '')
    .join(' ');
}

function shown(measurement: Measurement, words: (value: number) => string): string {
  if (measurement.kind === 'value') return words(measurement.value);
  return measurement.kind === 'missing' ? '—' : `failed: ${measurement.reason}`;
}

function apart(before: Measurement | null, now: Measurement, better: 'lower' | 'higher'): string {
  if (before?.kind !== 'value' || now.kind !== 'value') return '—';
  if (before.value === now.value) return 'the same';
  const isBetter = better === 'lower' ? now.value < before.value : now.value > before.value;
  return `${isBetter ? '▲' : '▼'} ${change(before.value, now.value)}`;
}

function wasmWords({ wasm }: ServingCost): string {
  if (wasm.runs === null) return 'not tried';
  return wasm.runs ? 'yes' : `no: ${wasm.reason}`;
}

import type { FairnessVerdict } from '../decide/judgement.ts';
import {
  type FairnessDefinition,
  fairnessDefinitions,
  fairnessMetrics,
  type GroupRate,
  groupRates,
} from '../evaluate/fairness/fairness-metric.ts';
import type { Disparity, FairnessComparison, FairnessReport, Rate } from '../evaluate/fairness/fairness-report.ts';
import type { Verdict } from '../verdict.ts';
import { code, prose } from './escape.ts';
import { type TableColumn, table, unbroken } from './markdown.ts';
import { count, counted, decimalsFor, fixed, percent, signed, significant } from './number.ts';
import { verdictOutcome } from './outcome.ts';

const shownMeasures = 30;
const shownGroups = 40;

/** One measure of one attribute in words: what comment, report and terminal show alike. */
export interface FairnessRow {
  readonly title: string;
  readonly columns: readonly string[];
  /** Null when nothing bounds it. */
  readonly verdict: Verdict | null;
  readonly champion: string;
  /** With its interval. */
  readonly candidate: string;
  /** The candidate's measure as it is defined, before what chance adds is taken away. */
  readonly raw: string;
  readonly difference: string;
  readonly bound: string;
  /** Why the verdict is what it is, and who was left out. */
  readonly reason: string;
}

/** One group in words. A rate that is not known is said to be not assessed. */
export interface GroupRow {
  readonly columns: readonly string[];
  readonly values: readonly string[];
  readonly rows: string;
  /** The candidate's rates in the order of reports, each with its interval. */
  readonly rates: readonly string[];
}

/** What fails first, then what is not decided, then what is bounded, then what is only shown. */
export function fairnessRows(report: FairnessReport, verdicts: readonly FairnessVerdict[]): readonly FairnessRow[] {
  const rank = { error: 0, fail: 1, inconclusive: 2, pass: 3 } as const;
  const rows = report.attributes.flatMap(({ columns, metrics }) =>
    fairnessMetrics.flatMap((metric) => {
      const comparison = metrics[metric];
      if (comparison === undefined) return [];
      const gate = verdicts.find((one) => one.metric === metric && one.columns.join('\n') === columns.join('\n'));
      const { candidate } = comparison;
      const why =
        gate?.verdict === 'fail' ? '' : (gate?.reason ?? (candidate.kind === 'missing' ? candidate.reason : ''));
      const { override } = gate ?? {};
      const overridden = override === undefined ? '' : `overridden by \`${override.by}\`: ${override.reason}`;
      const reason = [why, gate?.note ?? '', overridden].filter((part) => part !== '');
      return [
        {
          title: fairnessDefinitions[metric].title,
          columns,
          verdict: gate?.verdict ?? null,
          ...comparisonWords(fairnessDefinitions[metric], comparison),
          bound: gate?.bound ?? '',
          reason: reason.join('; '),
        },
      ];
    }),
  );
  return rows
    .map((row, index) => ({ row, index, rank: row.verdict === null ? 4 : rank[row.verdict] }))
    .sort((a, b) => a.rank - b.rank || a.index - b.index)
    .map(({ row }) => row);
}

/** The groups of every attribute, the largest first. */
export function groupRows({ attributes }: FairnessReport): readonly GroupRow[] {
  return attributes.flatMap(({ columns, groups }) =>
    groups.map(({ values, rows, candidate }) => ({
      columns,
      values,
      rows: count(rows),
      rates: groupRates.map((rate) => rateWords(candidate[rate])),
    })),
  );
}

/** `1 of 4 gates fails, 2 groups not assessed`. */
export function fairnessSummary(report: FairnessReport, verdicts: readonly FairnessVerdict[]): string {
  const of = (verdict: Verdict) => verdicts.filter((gate) => gate.verdict === verdict).length;
  const missed = of('fail') + of('error');
  const small = report.attributes
    .flatMap(({ groups }) => groups)
    .filter(({ candidate }) => Object.keys(candidate).length === 0);
  const gates =
    verdicts.length === 0
      ? 'shown only'
      : missed > 0
        ? `${missed} of ${counted(verdicts.length, 'gate')} missed`
        : of('inconclusive') > 0
          ? `${of('inconclusive')} of ${counted(verdicts.length, 'gate')} not decided`
          : 'within every bound';
  return small.length === 0 ? gates : `${gates}, ${counted(small.length, 'group')} not assessed`;
}

/** What the numbers mean, in the words that comment and report share. */
export function fairnessLegend({ positive, minRows, minCases, confidence }: FairnessReport): readonly string[] {
  return [
    `Selected means predicted ${JSON.stringify(positive)}. A measure is how far apart the rates of the groups lie at most; four fifths is the smallest selection rate over the largest.`,
    `Chance alone drives small groups apart, so values are corrected for it and uncorrected ones stand beside them; intervals are at ${percent(confidence)}.`,
    `A group of fewer than ${count(minRows)} rows, or a rate of fewer than ${count(minCases)} cases, is not assessed.`,
  ];
}

/** The titles of the rates, in the order of `GroupRow.rates`. */
export const rateTitles: readonly string[] = groupRates.map(
  (rate) =>
    ({
      'selection-rate': 'selected',
      'true-positive-rate': 'true positives',
      'false-positive-rate': 'false positives',
      'positive-predictive-value': 'predictive value',
    })[rate satisfies GroupRate],
);

/** The fold of the comment. */
export function fairnessSection(report: FairnessReport, verdicts: readonly FairnessVerdict[]): string {
  const rows = fairnessRows(report, verdicts);
  const groups = groupRows(report);
  const left = { align: 'left' } as const;
  const right = { align: 'right' } as const;
  const measureColumns: readonly TableColumn[] = [
    { title: 'measure', ...left },
    { title: 'verdict', ...left },
    { title: 'gate', ...left },
    { title: 'champion', ...right },
    { title: 'this', ...right },
    { title: 'difference', ...right },
    { title: 'uncorrected', ...right },
  ];
  const measures = table(measureColumns, rows.slice(0, shownMeasures).map(measureCells));
  const groupTable = table(
    [{ title: 'group', ...left }, { title: 'rows', ...right }, ...rateTitles.map((title) => ({ title, ...right }))],
    groups.slice(0, shownGroups).map((group) => [groupName(group), group.rows, ...group.rates.map(unbroken)]),
  );
  return [
    measures,
    moreWords(rows.length - shownMeasures),
    groupTable,
    moreWords(groups.length - shownGroups),
    prose(fairnessLegend(report).join(' '), 1000),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

function measureCells(row: FairnessRow): readonly string[] {
  const { icon, word } = row.verdict === null ? { icon: '', word: 'shown only' } : verdictOutcome(row.verdict);
  return [
    `${row.title} by ${row.columns.map((name) => code(name, 60)).join(' × ')}`,
    unbroken(`${icon} ${word}`.trim()),
    [prose(row.bound, 80), prose(row.reason, 200)].filter((part) => part !== '').join(' — '),
    prose(row.champion, 120),
    prose(row.candidate, 120),
    unbroken(row.difference),
    row.raw,
  ];
}

function groupName({ columns, values }: GroupRow): string {
  return columns.map((column, place) => `${code(column, 60)} = ${code(values[place] ?? '', 60)}`).join(', ');
}

function moreWords(more: number): string {
  return more > 0 ? `${more} more in the report.` : '';
}

function comparisonWords(
  { better }: FairnessDefinition,
  { candidate, champion, difference }: FairnessComparison,
): Pick<FairnessRow, 'champion' | 'candidate' | 'raw' | 'difference'> {
  const words = {
    champion: disparityWords(champion),
    candidate: disparityWords(candidate),
    raw: candidate.kind === 'value' ? significant(candidate.raw, 3) : '—',
  };
  if (difference === null) return { ...words, difference: '—' };
  const decimals = decimalsFor((difference.high - difference.low) / 2);
  const number = signed(difference.value, decimals);
  if (!/[1-9]/.test(number)) return { ...words, difference: `the same${intervalWords(difference, decimals)}` };
  const isBetter = better === 'higher' ? difference.value > 0 : difference.value < 0;
  return { ...words, difference: `${isBetter ? '▲' : '▼'} ${number}${intervalWords(difference, decimals)}` };
}

function intervalWords({ low, high }: { readonly low: number; readonly high: number }, decimals: number): string {
  return low === high ? '' : ` (${signed(low, decimals)} … ${signed(high, decimals)})`;
}

function disparityWords(disparity: Disparity): string {
  // Why it is missing stands in the row's last cell.
  if (disparity.kind === 'missing') return '—';
  if (disparity.kind === 'failed') return `failed: ${disparity.reason}`;
  const decimals = decimalsFor((disparity.high - disparity.low) / 2);
  const [value, low, high] = [disparity.value, disparity.low, disparity.high].map((one) => fixed(one, decimals));
  return `${value} (${low} … ${high})`;
}

function rateWords(rate: Rate | undefined): string {
  return rate === undefined ? 'not assessed' : `${percent(rate.value)} (${percent(rate.low)} … ${percent(rate.high)})`;
}

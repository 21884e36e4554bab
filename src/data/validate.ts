import { AppError } from '../error.ts';
import type { PrivacyPolicy } from '../policy/privacy-policy.ts';
import type { Broken, Check } from './check.ts';
import { literal } from './column.ts';
import type { CsvDialect } from './csv-dialect.ts';
import type { Dataset } from './dataset.ts';
import type { SchemaDocument } from './schema.ts';
import { anomalyFix } from './validation/anomaly.ts';
import { type CompiledChecks, compileChecks } from './validation/compile.ts';
import { type Found, failingRows } from './validation/failing-rows.ts';
import { findLeakage } from './validation/leakage.ts';
import { findOverlaps } from './validation/overlap.ts';
import { mostProblems, type SchemaProblem, type ValidationReport } from './validation-report.ts';

/**
 * Holds data against their schema, all rules in one scan. Each broken rule is one problem with the number of rows that
 * break it, the first of them, and the line of the schema that holds the rule. Without a schema only reading was checked.
 */
export async function validateDataset(options: {
  readonly dataset: Dataset;
  readonly schema: SchemaDocument | null;
  /** The time of the check, which the age of data is measured from. */
  readonly now: Date;
  /** What the policy lets reports say of values, beside what the schema says. */
  readonly privacy?: PrivacyPolicy | undefined;
  /** How the data were read, where they are CSV of another kind: their lines are then not told. */
  readonly csv?: CsvDialect | undefined;
}): Promise<ValidationReport> {
  const { dataset, schema: document, now, privacy, csv = {} } = options;
  if (document === null) return { schema: 'absent', rows: dataset.rows, checks: 0, problems: [], verdict: 'pass' };
  const isHidden = hiddenColumns(document, privacy);
  const hasLines = !lineRules.some((key) => csv[key] !== undefined);
  const compiled = compileChecks({ dataset, document, now: now.getTime() / 1000 });
  await checkPatterns({ dataset, document, patterns: compiled.patterns });
  const { broken, scans } = await brokenChecks(dataset, compiled);
  const rows = await failingRows({
    dataset,
    schema: document.schema,
    joins: compiled.joins,
    broken: broken.map(({ check }) => check),
    isHidden,
    hasLines,
  });
  const leakage = await findLeakage(dataset, document);
  const overlaps = await findOverlaps({ dataset, document, hasLines });
  const described = [
    ...broken.map(({ check, ...rest }) => ({
      isWarning: check.isWarning,
      problem: problemOf({ document, check, ...rest, isHidden, found: rows.found.get(check) }),
    })),
    ...(leakage?.problems ?? []).map((problem) => ({ isWarning: leakage?.isWarning === true, problem })),
    ...overlaps.flatMap(({ problem, isWarning }) => (problem === null ? [] : [{ isWarning, problem }])),
  ];
  const listed = (isWarning: boolean) =>
    described.filter((one) => one.isWarning === isWarning).map((one) => one.problem);
  const problems = listed(false).slice(0, mostProblems);
  const warnings = listed(true).slice(0, mostProblems - problems.length);
  const cut = described.length - problems.length - warnings.length;
  return {
    schema: 'present',
    rows: dataset.rows,
    checks: compiled.checks.length + (leakage?.checks ?? 0) + overlaps.length,
    scans: scans + rows.scans + (leakage === null ? 0 : 1) + overlaps.reduce((sum, one) => sum + one.scans, 0),
    problems,
    ...(warnings.length > 0 && { warnings }),
    ...(cut > 0 && { cut }),
    ...(leakage !== null && { leakage: leakage.report }),
    ...(overlaps.length > 0 && { overlap: overlaps.map(({ report }) => report) }),
    verdict: problems.length === 0 ? 'pass' : 'fail',
  };
}

/** What of a CSV dialect moves lines about. */
const lineRules = ['quote', 'escape', 'comment', 'skip-lines', 'encoding'] as const;

/** Rules whose breach is told by a number or time of the data. */
const tellsValue: ReadonlySet<string> = new Set(['max-age', 'mean', 'standard-deviation']);

/** A policy that folds rare categories shows no single values at all: any of them may be rare. */
function hiddenColumns(document: SchemaDocument, privacy: PrivacyPolicy | undefined): (column: string) => boolean {
  if (privacy !== undefined && privacy['fold-below'] > 0) return () => true;
  const hidden = new Set([...document.schema.redact, ...(privacy?.redact ?? []), ...(privacy?.hash ?? [])]);
  return (column) => hidden.has(column);
}

/** A rule that is broken, and how. */
interface BrokenCheck {
  readonly check: Check;
  readonly broken: Broken;
}

/** Asks for everything at once: an aggregate that several rules need is computed once. */
async function brokenChecks(
  dataset: Dataset,
  { checks, joins }: CompiledChecks,
): Promise<{ readonly broken: readonly BrokenCheck[]; readonly scans: number }> {
  const aggregates = [...new Set(checks.flatMap((check) => check.aggregates))];
  const values = new Map<string, unknown>();
  if (aggregates.length > 0) {
    const select = aggregates.map((sql, at) => `${sql} AS a${at}`);
    const [found] = await dataset.query(`SELECT ${select.join(', ')} FROM data ${joins.join(' ')}`);
    for (const [at, sql] of aggregates.entries()) values.set(sql, found?.[`a${at}`]);
  }
  const broken = checks.flatMap((check): BrokenCheck[] => {
    const result = check.judge(
      check.aggregates.map((sql) => values.get(sql)),
      dataset.rows,
    );
    return result === null ? [] : [{ check, broken: result }];
  });
  return { broken, scans: aggregates.length > 0 ? 1 : 0 };
}

function problemOf(options: {
  readonly document: SchemaDocument;
  readonly check: Check;
  readonly broken: Broken;
  readonly found: Found | undefined;
  readonly isHidden: (column: string) => boolean;
}): SchemaProblem {
  const { document, check, broken, found, isHidden } = options;
  const seen = tellsValue.has(check.rule) && isHidden(check.column) ? 'another, which is not shown' : broken.found;
  const examples = found?.examples ?? [];
  const values = [...new Set(examples.flatMap(({ value }) => (value === null ? [] : [JSON.stringify(value)])))];
  const distinct = found?.distinct ?? 0;
  const news = distinct === 0 ? '' : ` with ${distinct} new ${distinct === 1 ? 'value' : 'values'}`;
  const shown = values.length === 0 ? '' : `, e.g. ${values.join(', ')}`;
  return {
    column: check.column.slice(0, 200),
    check: check.rule,
    expected: check.expected.slice(0, 500),
    found: `${seen}${news}${shown}`.slice(0, 500),
    rows: broken.rows,
    file: document.file,
    line: document.lineOf(check.path),
    anomaly: check.anomaly,
    fix: anomalyFix(check).slice(0, 500),
    ...(examples.length > 0 && { examples: [...examples] }),
  };
}

/** Whether DuckDB understands each pattern is asked before the data are read: its syntax is RE2's. */
async function checkPatterns(options: {
  readonly dataset: Dataset;
  readonly document: SchemaDocument;
  readonly patterns: CompiledChecks['patterns'];
}): Promise<void> {
  const { dataset, document, patterns } = options;
  const refused: { readonly text: string; readonly cause: unknown }[] = [];
  for (const { pattern, line } of patterns) {
    try {
      await dataset.query(`SELECT regexp_full_match('', ${literal(pattern)})`);
    } catch (cause) {
      const text = `expected a regular expression of RE2 (no look-around, no back-references), found ${JSON.stringify(pattern)} in ${document.file}, line ${line}; rewrite it`;
      refused.push({ text, cause });
    }
  }
  const [first] = refused;
  if (first === undefined) return;
  const lines = refused.slice(0, 50).map(({ text }) => text);
  throw new AppError('bad-config', lines.join('\n'), { cause: first.cause });
}

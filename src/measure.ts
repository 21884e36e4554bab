import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openDataset } from './data/dataset.ts';
import { memoryCache, type ProfileCache } from './data/profile-cache.ts';
import { parseSchema, type SchemaDocument } from './data/schema.ts';
import { validateDataset } from './data/validate.ts';
import { relatedPlaces } from './data/validation/related-data.ts';
import type { ValidationReport } from './data/validation-report.ts';
import { compareFiles } from './drift/compare-files.ts';
import { AppError, messageOf } from './error.ts';
import { evaluateModels } from './evaluate/evaluate.ts';
import type { PastLooks } from './evaluate/holdout/count-looks.ts';
import { progressLines } from './evaluate/progress-line.ts';
import type { ModelPolicy } from './policy/policy.ts';
import type { Result } from './result.ts';

/** What one result says of data and model; the parts that could not be done are null, and `failures` says why. */
export type Measured = Pick<Result, 'validation' | 'drift' | 'evaluation' | 'failures'>;

/** What to measure, and where it lies. */
export interface Measurable {
  readonly policy: ModelPolicy;
  /** The checkout of the base branch: holdout, schema and the champion's data. */
  readonly baseRoot: string;
  /** The checkout of the commit that is judged: only its data are read. */
  readonly headRoot: string;
  /** Paths of model files or folders; no candidate means that the model itself is unchanged. */
  readonly candidate: string | null;
  readonly champion: string | null;
  /** What holdouts judged of the model before; absent when nobody counts. */
  readonly looks?: PastLooks | undefined;
  /** Where profiles of unchanged files are kept. Default: nowhere. */
  readonly cache?: ProfileCache;
  readonly onProgress?: (line: string) => void;
  /** The time of the check, which the age of data is measured from. Default: now. */
  readonly now?: Date;
}

/**
 * Measures one model: validates the data of the head, compares them with the data of the base, and evaluates candidate
 * and champion on the holdout of the base. What fails in one part leaves the others standing.
 */
export async function measureModel(options: Measurable): Promise<Measured> {
  const failures: Result['failures'] = [];
  const attempt = async <Value>(part: 'validation' | 'drift' | 'evaluation', work: () => Promise<Value>) => {
    options.onProgress?.(part);
    try {
      return await work();
    } catch (thrown) {
      const code = thrown instanceof AppError ? thrown.code : 'world-broken';
      failures.push({ part, code, message: messageOf(thrown).slice(0, 2000) });
      return null;
    }
  };
  const validation = await attempt('validation', () => validate(options));
  const drift = await attempt('drift', () => compareFiles({ ...options, cache: options.cache ?? memoryCache() }));
  const evaluated = await attempt('evaluation', () => evaluate(options));
  for (const { code, message } of evaluated?.failures ?? []) {
    failures.push({ part: 'evaluation', code, message: message.slice(0, 2000) });
  }
  return { validation, drift, evaluation: evaluated?.report ?? null, failures };
}

async function validate({ policy, baseRoot, headRoot, now = new Date() }: Measurable): Promise<ValidationReport> {
  const schema = policy.data.schema === undefined ? null : readSchema(baseRoot, policy.data.schema);
  await using dataset = await openDataset({
    root: headRoot,
    paths: policy.data.train,
    csv: policy.data.csv,
    // Cells of CSV as they are written: a guessed type would hide what does not fit the schema.
    csvTypes: 'text',
    // What keys refer to changes with the data; the rows that must stay unseen are those of the base branch.
    related: schema === null ? {} : relatedPlaces(schema.schema, { references: headRoot, overlap: baseRoot }),
  });
  return await validateDataset({ dataset, schema, now, privacy: policy.data.privacy, csv: policy.data.csv });
}

function readSchema(root: string, file: string): SchemaDocument {
  if (!existsSync(join(root, file))) {
    throw new AppError(
      'not-found',
      `expected the schema ${file} on the base branch, found no such file; merge it first, or correct \`data.schema\` in the policy`,
    );
  }
  return parseSchema({ text: readFileSync(join(root, file), 'utf8'), file });
}

async function evaluate({ policy, baseRoot, candidate, champion, looks, onProgress: write }: Measurable) {
  if (candidate === null) return null;
  // What is judged against nothing is no look.
  const counted = champion === null ? undefined : looks;
  const request = { holdoutRoot: baseRoot, policy, candidate, champion, looks: counted };
  return await evaluateModels(write === undefined ? request : { ...request, onProgress: progressLines(write) });
}

import { type DatasetOptions, openDataset } from '../../data/dataset.ts';
import type { DriftPolicy } from '../../policy/drift-policy.ts';
import type { PrivacyPolicy } from '../../policy/privacy-policy.ts';
import type { DriftReport } from '../drift-report.ts';
import { compareRows } from './compare-rows.ts';
import type { Multivariate } from './multivariate-report.ts';

/**
 * Adds to a report of single columns what they tell together, where the policy asks for it; the data have moved when
 * either did. Reads a sample of the rows, which no profile holds. `hidden` names columns whose words are not shown.
 */
export async function addMultivariate(
  report: DriftReport,
  options: {
    readonly reference: DatasetOptions;
    readonly current: DatasetOptions;
    readonly policy: DriftPolicy;
    readonly hidden?: readonly string[];
  },
): Promise<DriftReport> {
  const { multivariate: asked, alpha, ignore } = options.policy;
  if (asked === undefined) return report;
  await using reference = await openDataset(options.reference);
  await using current = await openDataset(options.current);
  const policy = { alpha, ignore, multivariate: asked };
  const found = await compareRows({ reference, current, policy });
  const multivariate = withoutWords(found, options.hidden ?? []);
  return { ...report, multivariate, verdict: hasMoved(multivariate) ? 'moved' : report.verdict };
}

/** The columns of which a policy lets no text be read. */
export function hiddenColumns(privacy: PrivacyPolicy | undefined): readonly string[] {
  return privacy === undefined ? [] : [...privacy.redact, ...privacy.hash];
}

/** Whether rows, texts or embeddings have moved. */
function hasMoved({ verdict, texts, embeddings }: Multivariate): boolean {
  return [{ verdict }, ...Object.values(texts), ...Object.values(embeddings)].some((one) => one.verdict === 'moved');
}

function withoutWords(found: Multivariate, hidden: readonly string[]): Multivariate {
  const texts = Object.entries(found.texts).map(
    ([name, drift]) => [name, hidden.includes(name) ? { ...drift, words: [] } : drift] as const,
  );
  return { ...found, texts: Object.fromEntries(texts) };
}

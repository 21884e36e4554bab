import type { MetricQuestion, MetricSource } from '../../ports/metric-source.ts';
import { partProblems } from './parts.ts';

/** Says why a metric cannot be measured by measuring it once. A candidate that nobody serves yet has no series. */
export async function checkByMeasuring(
  question: MetricQuestion,
  measure: MetricSource['measure'],
): Promise<readonly string[]> {
  const wrong = partProblems(question.metric);
  if (wrong.length > 0) return wrong;
  const measured = await measure(question);
  if (measured.kind === 'failed') return [measured.reason];
  if (measured.kind === 'value' || measured.missing === 'no-traffic' || question.arm === 'candidate') return [];
  return [`expected series of the champion, found none (${measured.reason}); correct the query`];
}

import type { EvaluationReport } from '../evaluate/evaluation-report.ts';
import { metricDefinitions, metricNames } from '../evaluate/metric-name.ts';
import { count, counted, percent } from './number.ts';

/** How the gate on slices was held; empty when the policy has none. */
export function sliceGateNote({ slicesGate }: EvaluationReport): string {
  if (slicesGate === undefined) return '';
  const { method, confidence, tests, margins, minimumRows, minimumPositives, notAssessed, notAssessedRows } =
    slicesGate;
  const bounds = metricNames.flatMap((name) =>
    margins[name] === undefined ? [] : [`${metricDefinitions[name].title} by ${margins[name]}`],
  );
  const how =
    method === 'max-t'
      ? 'the largest of all test statistics over shared bootstrap replicates (max-T; Westfall and Young)'
      : 'Holm';
  const small =
    notAssessed === 0
      ? ''
      : ` ${counted(notAssessed, 'slice')} (${counted(notAssessedRows, 'row')}) ${notAssessed === 1 ? 'has' : 'have'} fewer than ${count(minimumRows)} rows or ${count(minimumPositives)} positive ones and ${notAssessed === 1 ? 'is' : 'are'} not assessed.`;
  return `No slice may be worse by more than its margin (${bounds.join(', ')}): ${counted(tests, 'test')} share an error of ${percent(1 - confidence)}, adjusted by ${how}.${small}`;
}

import type { EvaluationReport } from '../evaluate/evaluation-report.ts';
import { count, counted, percent } from './number.ts';

/** `This is the 3rd candidate of 10 planned that this holdout judges`; empty when nobody counted. */
export function holdoutWords({ holdout }: EvaluationReport): string {
  if (holdout === undefined) return '';
  const { look, planned, spend, alpha, warning } = holdout;
  const of = planned === null ? '' : ` of ${count(planned)} planned`;
  const spent = spend === 'none' ? '' : ` It may spend an error of ${percent(alpha)} (${spend}).`;
  const times = look === 1 ? 'the first' : `number ${count(look)}`;
  return `This candidate is ${times}${of} that this holdout judges.${spent}${warning === null ? '' : ` ${warning}`}`;
}

/** The same in few words, only where a person should know it. */
export function holdoutWarning({ holdout }: EvaluationReport): string {
  return holdout?.warning ?? '';
}

/** `12 clusters of \`user\`` where rows move together; else empty. */
export function clusterWords({ cluster }: EvaluationReport): string {
  return cluster === undefined
    ? ''
    : `Rows of one \`${cluster.column.replaceAll('`', ' ')}\` move together: intervals are over ${counted(cluster.clusters, 'cluster')}.`;
}

import { churnPart } from './churn-part.ts';
import { costPart } from './cost-part.ts';
import type { Detail } from './detail.ts';
import { driftPart } from './drift-part.ts';
import { htmlSection, type Scope } from './element.ts';
import { explanationPart } from './explanation-part.ts';
import { fairnessPart } from './fairness-part.ts';
import { glance, reasonList } from './glance.ts';
import { lineagePart } from './lineage-part.ts';
import { failurePart, metricPart } from './metric-part.ts';
import { multivariatePart } from './multivariate-part.ts';
import { reproductionPart } from './reproduction-part.ts';
import { schemaPart } from './schema-part.ts';
import { slicePart } from './slice-part.ts';
import type { Subject } from './subject.ts';
import { taskPart } from './task-part.ts';
import { trainingPart } from './training-part.ts';
import { estimatePart, windowsPart } from './windows-part.ts';

interface Section {
  readonly id: string;
  readonly title: string;
  readonly body: string;
}

/** Everything that a report says of one subject, in the order in which it is read; what there is nothing of is left out. */
export function sectionsOf(subject: Subject, scope: Scope, detail: Detail): string {
  const sections: readonly Section[] = [
    { id: 'metrics', title: 'Metrics', body: metricPart(subject, scope) },
    ...dataSections(subject, scope, detail),
    ...modelSections(subject, scope),
    { id: 'not-done', title: 'What could not be done', body: failurePart(subject.measured.failures) },
    { id: 'cost', title: 'Cost', body: costPart(subject) },
    ...originSections(subject, scope),
  ];
  const parts = [
    glance(subject, scope),
    reasonList(subject),
    ...sections.map(({ id, title, body }) => htmlSection(scope, id, { title, body })),
  ];
  return parts.filter((part) => part !== '').join('\n');
}

function dataSections({ measured }: Subject, scope: Scope, detail: Detail): readonly Section[] {
  const { drift, validation } = measured;
  const schema =
    validation === null
      ? []
      : [{ id: 'schema', title: 'Data: the schema', body: schemaPart(validation, { scope, detail }) }];
  if (drift === null) return schema;
  const { windows, multivariate, estimate } = drift;
  return [
    { id: 'drift', title: 'Data: what moved', body: driftPart(drift, scope, detail) },
    ...(windows === undefined
      ? []
      : [{ id: 'windows', title: 'Data: over time', body: windowsPart(windows, drift, scope) }]),
    ...(multivariate === undefined
      ? []
      : [{ id: 'together', title: 'Data: all columns together', body: multivariatePart(multivariate, scope) }]),
    ...(estimate === undefined
      ? []
      : [{ id: 'estimate', title: 'Performance without labels', body: estimatePart(estimate, scope) }]),
    ...schema,
  ];
}

function modelSections({ judgement, measured }: Subject, scope: Scope): readonly Section[] {
  const { evaluation } = measured;
  if (evaluation === null) return [];
  const { details, fairness, explanation } = evaluation;
  return [
    ...(details === undefined
      ? []
      : [{ id: 'task', title: 'Calibration, classes and thresholds', body: taskPart(details, scope) }]),
    { id: 'slices', title: 'Slices', body: slicePart(evaluation, scope) },
    { id: 'changed', title: 'Predictions that changed', body: churnPart(evaluation) },
    ...(fairness === undefined
      ? []
      : [{ id: 'fairness', title: 'Fairness', body: fairnessPart(fairness, judgement.fairness, scope) }]),
    ...(explanation === undefined
      ? []
      : [{ id: 'explanation', title: 'What the models look at', body: explanationPart(explanation, scope) }]),
  ];
}

function originSections(subject: Subject, scope: Scope): readonly Section[] {
  const { training } = subject.measured;
  return [
    ...(training === null
      ? []
      : [{ id: 'training', title: 'Training, as reported by its job', body: trainingPart(training, scope) }]),
    { id: 'lineage', title: 'Lineage', body: lineagePart(subject) },
    { id: 'reproduce', title: 'How to reproduce', body: reproductionPart(subject) },
  ];
}

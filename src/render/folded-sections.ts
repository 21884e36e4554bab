import type { ModelView, PullView } from '../decide/view.ts';
import type { DriftReport } from '../drift/drift-report.ts';
import type { EvaluationReport } from '../evaluate/evaluation-report.ts';
import { churnTable } from './churn-words.ts';
import { columnTable } from './data-section.ts';
import { code, prose, text } from './escape.ts';
import { estimateNote, estimateSummary, estimateTable } from './estimate-words.ts';
import {
  changedFeatures,
  explanationNotes,
  explanationSummary,
  permutationTable,
  shapleyTable,
} from './explanation-words.ts';
import { fairnessSection, fairnessSummary } from './fairness-table.ts';
import { shortSha } from './markdown.ts';
import { metricTable, orderedGates, shownMetrics } from './metric-table.ts';
import { giveawayTable, multivariateNote, multivariateSummary, wholeColumnTable } from './multivariate-words.ts';
import { operatorWords, servingTable } from './serving-words.ts';
import { sliceGateNote } from './slice-gate-words.ts';
import { sliceRows, sliceSummary, sliceTable } from './slice-table.ts';
import { classTable, stepTable, taskSentences } from './task-words.ts';
import { trainingSection } from './training-section.ts';
import { windowLines, windowMermaid, windowSummary } from './window-words.ts';
import { markdownOf } from './word-table.ts';

/** A part of a judged model that a person unfolds. What weighs least is left out first. */
export interface Folded {
  readonly name: string;
  readonly weight: number;
  readonly summary: string;
  readonly body: string;
}

const columnsName = 'all columns';

/** The folds about data alone: models on the same data show them once. */
export const dataFolds: readonly string[] = [columnsName, 'windows', 'all columns together', 'the estimate'];

const shownRows = 10;

/** The parts of a judged model that a person unfolds: in the comment as folds, in the check's text as headed sections. */
export function foldedSections({ state }: ModelView, view: PullView): readonly Folded[] {
  if (state.kind !== 'judged') return [];
  const { result, judgement } = state;
  const { evaluation, drift, training } = result;
  const rest = orderedGates(judgement).slice(shownMetrics);
  const fairness = evaluation?.fairness;
  return [
    ...fold(
      'other metrics',
      45,
      `Other metrics (${rest.length})`,
      rest.length === 0 ? '' : metricTable(rest, sideNames(view)),
    ),
    ...(evaluation === null ? [] : modelFolds(evaluation)),
    ...(fairness === undefined
      ? []
      : fold(
          'fairness',
          42,
          `Fairness (${fairnessSummary(fairness, judgement.fairness)})`,
          fairnessSection(fairness, judgement.fairness),
        )),
    ...(drift === null ? [] : driftFolds(drift)),
    ...(training === null
      ? []
      : fold('training', 20, 'Training, parameters and environment', trainingSection(training))),
  ];
}

/** Who the champion is and who the candidate, as finished Markdown. */
export function sideNames(view: PullView): { readonly champion: string; readonly candidate: string } {
  return {
    champion: `${code(view.base.ref, 40)} ${text(shortSha(view.base.sha))}`,
    candidate: `this ${text(shortSha(view.head))}`,
  };
}

function modelFolds(evaluation: EvaluationReport): readonly Folded[] {
  const { explanation, serving, churn, details } = evaluation;
  const slices = sliceRows(evaluation);
  const isChurn = churn?.regressions !== undefined && (churn.slices ?? []).length > 0;
  return [
    ...fold(
      'slices',
      40,
      `Slices (${sliceSummary(slices)})`,
      slices.length === 0 ? '' : joined([prose(sliceGateNote(evaluation)), sliceTable(slices)]),
    ),
    ...(details === undefined
      ? []
      : fold(
          'classes and thresholds',
          34,
          'Classes, thresholds and calibration',
          joined([
            ...taskSentences(details).map((sentence) => prose(sentence)),
            details.classes === undefined ? '' : markdownOf(classTable(details.classes, null), shownRows),
            details.forecast === undefined || details.forecast.steps.length === 0
              ? ''
              : markdownOf(stepTable(details.forecast), shownRows),
          ]),
        )),
    ...(isChurn
      ? fold('flips', 28, 'Predictions that changed, by slice', markdownOf(churnTable(churn), shownRows))
      : []),
    ...(explanation === undefined ? [] : explanationFold(explanation)),
    ...(serving === undefined
      ? []
      : fold(
          'serving',
          32,
          'What serving costs',
          joined([markdownOf(servingTable(serving), shownRows), prose(operatorWords(serving))]),
        )),
  ];
}

function explanationFold(report: NonNullable<EvaluationReport['explanation']>): readonly Folded[] {
  const { permutation, shapley } = report;
  const tables = [
    permutation?.kind === 'value' ? markdownOf(permutationTable(report, permutation, null), shownRows) : '',
    shapley?.kind === 'value' ? markdownOf(shapleyTable(report, shapley, null), shownRows) : '',
  ];
  const notes = explanationNotes(report).map((note) => prose(note, 500));
  const weight = changedFeatures(report).length > 0 ? 36 : 26;
  return fold(
    'explanation',
    weight,
    `What the models look at (${explanationSummary(report)})`,
    joined([...tables, notes.join(' ')]),
  );
}

function driftFolds(drift: DriftReport): readonly Folded[] {
  const { windows, multivariate, estimate } = drift;
  const columns = Object.keys(drift.columns).length;
  return [
    ...(windows === undefined
      ? []
      : fold(
          'windows',
          31,
          `Data over time (${windowSummary(windows)})`,
          joined([windowMermaid(windows), markdownOf(windowLines(windows, 20), shownRows)]),
        )),
    ...(multivariate === undefined
      ? []
      : fold(
          'all columns together',
          29,
          `All columns together (${multivariateSummary(multivariate)})`,
          joined([
            multivariate.columns.length === 0 ? '' : markdownOf(giveawayTable(multivariate, null), shownRows),
            hasWholeColumns(multivariate) ? markdownOf(wholeColumnTable(multivariate), shownRows) : '',
            prose(multivariateNote(multivariate)),
          ]),
        )),
    ...(estimate === undefined
      ? []
      : fold(
          'the estimate',
          33,
          `Performance without labels (${estimateSummary(estimate)})`,
          joined([markdownOf(estimateTable(estimate), shownRows), prose(estimateNote(estimate))]),
        )),
    ...fold(columnsName, 30, `All columns (${columns})`, columns === 0 ? '' : columnTable(drift)),
  ];
}

function hasWholeColumns({ texts, embeddings }: NonNullable<DriftReport['multivariate']>): boolean {
  return Object.keys(texts).length + Object.keys(embeddings).length > 0;
}

function fold(name: string, weight: number, summary: string, body: string): readonly Folded[] {
  return body === '' ? [] : [{ name, weight, summary, body }];
}

function joined(blocks: readonly string[]): string {
  return blocks.filter((block) => block !== '').join('\n\n');
}

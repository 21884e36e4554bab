import { decidesNothing } from '../decide/judgement.ts';
import type { ModelState, ModelView, PullView } from '../decide/view.ts';
import { canonicalJson } from '../digest.ts';
import type { Result } from '../result.ts';
import type { Stage } from '../store/run-record.ts';
import type { Piece } from './budget.ts';
import { churnWords } from './churn-words.ts';
import { dataSection } from './data-section.ts';
import { code, codeBlock, link, prose, text } from './escape.ts';
import { dataFolds, foldedSections, sideNames } from './folded-sections.ts';
import { clusterWords, holdoutWarning } from './holdout-words.ts';
import { unfreezeCommand } from './holds.ts';
import { details, shortSha } from './markdown.ts';
import { metricTable, orderedGates, shownMetrics } from './metric-table.ts';
import { counted, duration } from './number.ts';
import { otherGates } from './other-gates.ts';
import { capital, outcomeOf, sentence, severity, stageName } from './outcome.ts';
import { costWords, overrunFix, pushOverrunFix, sparedLine } from './spending.ts';
import { gpuWords } from './training-section.ts';
import { markdownOf } from './word-table.ts';

type Judged = Extract<ModelState, { kind: 'judged' }>;

const shownReasons = 5;
const shownFiles = 5;
const shownLogLines = 30;

/** What stands in the heading of a model: `🟡 Review · late-arrival: not worse, but …`, as Markdown without the hashes. */
export function modelHeading(model: ModelView, now: string): string {
  const { icon, word } = outcomeOf(model.state);
  return `${icon} ${capital(word)} · ${code(model.model)}: ${prose(sentence(model, now), 240)}`;
}

/**
 * All that is said of one model below its heading, in the order in which it is read. What decides weighs most. Data that
 * is shown already under another model, its `twin`, is not shown again.
 */
export function modelPieces(
  model: ModelView,
  { view, twin }: { readonly view: PullView; readonly twin: ModelView | null },
): readonly Piece[] {
  const folded = foldedSections(model, view).filter(({ name }) => twin === null || !dataFolds.includes(name));
  const urgency = severity(model.state) / 100;
  const piece = (name: string, weight: number, body: string): Piece[] =>
    body === ''
      ? []
      : [{ name: `${name} of \`${model.model}\``, weight: weight + urgency, text: body, joins: 'block' }];
  return [
    ...piece('the verdict', 80, coreSection(model, view)),
    ...piece('the data', 60, twin === null ? ownData(model) : `**Data** As for ${code(twin.model)} above.`),
    ...piece('the run', 55, runStrip(model)),
    ...piece('the log', 50, logSection(model)),
    ...folded.flatMap(({ name, weight, summary, body }) => piece(name, weight, details(summary, body))),
  ];
}

function ownData({ state, pointers }: ModelView): string {
  return state.kind === 'judged' ? dataSection(state.result, pointers) : '';
}

/** What tells the data of a model apart, column by column and under its schema; null when none were compared. */
export function dataIdentity({ state }: ModelView): string | null {
  if (state.kind !== 'judged' || state.result.drift === null) return null;
  const { drift, validation } = state.result;
  // The same column may be the truth of one model and a feature of another: what was measured of it is the same.
  const columns = Object.entries(drift.columns).map(([name, { role: _, severity: __, ...column }]) => [name, column]);
  return canonicalJson([{ ...drift, columns }, validation]);
}

/** What changed, what it comes to, and why: the part of a model's section that is never folded. */
export function coreSection(model: ModelView, view: PullView): string {
  const { state } = model;
  switch (state.kind) {
    case 'judged':
      return joined([
        verdictTable(state, view),
        notDoneList(state),
        comparedLine(state.result),
        seedLine(model),
        state.reusedFrom === null ? '' : reusedLine(state.reusedFrom),
      ]);
    case 'running':
      return joined([changedLine(model), seedLine(model), state.stages.map(stageLine).join('\n')]);
    case 'queued':
      return joined([changedLine(model), seedLine(model), queuedLine(state)]);
    case 'failed':
      return joined([changedLine(model), `**${code(state.failure.code)}** ${prose(state.failure.message)}`]);
    case 'refused':
      return joined([
        changedLine(model),
        `**To go on**${state.code === undefined ? '' : ` (${code(state.code)})`} ${prose(state.fix, 500)}`,
      ]);
    case 'frozen':
      return joined([
        changedLine(model),
        `A run is called for, and starts by itself when the freeze ends. To end it before: ${code(unfreezeCommand(state.freeze))}.`,
      ]);
    case 'over-budget':
      return joined([changedLine(model), `**To go on** ${prose(overBudgetFix(state, view), 500)}`]);
    case 'cancelled':
      return joined([changedLine(model), state.spared === undefined ? '' : sparedLine(state.spared)]);
    case 'superseded':
      return changedLine(model);
    case 'nothing':
      return '';
    default:
      return state satisfies never;
  }
}

function overBudgetFix({ overrun }: Extract<ModelState, { kind: 'over-budget' }>, { number, head }: PullView): string {
  return number === null ? pushOverrunFix(overrun) : overrunFix(overrun, { head, again: '/retry' });
}

/** `**Run** 4812 · waited 0:41 · ran 6:12 on gpu · 0.10 GPU h · $0.21 (estimated $0.25) · budget left today $9.40`. */
export function runStrip({ runUrl, state, cost }: ModelView): string {
  const facts: string[] = [];
  if (runUrl !== null) facts.push(link(runLabel(runUrl), runUrl));
  // GitHub's page of a run has its artifacts under this name.
  if (runUrl !== null && state.kind === 'judged') facts.push(link('report', `${runUrl}#artifacts`));
  if (state.kind === 'judged') {
    const { training } = state.result;
    const runner = training?.environment['runner'];
    if (state.waitedSeconds !== null) facts.push(`waited ${duration(state.waitedSeconds)}`);
    const labels = cost === undefined ? '' : ` on ${cost.labels.map((label) => code(label, 60)).join(', ')}`;
    if (state.ranSeconds !== null) facts.push(`ran ${duration(state.ranSeconds)}${labels}`);
    if (training !== null) {
      facts.push(`trained ${duration(training.seconds)}${runner === undefined ? '' : ` on ${code(runner, 60)}`}`);
      if (training.gpu !== null) facts.push(gpuWords(training));
    }
  }
  const gpu = state.kind === 'judged' ? (state.result.training?.gpu ?? null) : null;
  if (cost !== undefined) facts.push(...costWords(cost, gpu === null ? 'any' : 'gpu'));
  return facts.length === 0 ? '' : `**Run** ${facts.join(' · ')}`;
}

function verdictTable({ judgement }: Judged, view: PullView): string {
  if (judgement.gates.length === 0) return '';
  const others = otherGates(judgement);
  return joined([
    metricTable(orderedGates(judgement).slice(0, shownMetrics), sideNames(view)),
    others === null ? '' : markdownOf(others, shownMetrics),
  ]);
}

/** What no row of the table tells: the parts that could not be done, and that nothing can decide. */
function notDoneList({ judgement, result }: Judged): string {
  // One broken file stops several parts in the same words: it is said once.
  const reasons = Map.groupBy(
    result.failures,
    ({ code: name, message }) => `${code(name, 40)}: ${prose(message, 500)}`,
  );
  const lines = [...reasons].map(
    ([why, failures]) => `${capital(listed(failures.map(({ part }) => part)))} could not be done, ${why}`,
  );
  if (decidesNothing(judgement)) {
    lines.push('The policy has no metric with a bound, so nothing is decided.');
  }
  const more = lines.length - shownReasons;
  const shown = more > 0 ? [...lines.slice(0, shownReasons), `${counted(more, 'more reason')} in the report`] : lines;
  return shown.map((line) => `- ${line}`).join('\n');
}

/** `drift`, `validation and drift`. */
function listed(words: readonly string[]): string {
  return new Intl.ListFormat('en').format(words);
}

function comparedLine({ evaluation }: Result): string {
  if (evaluation === null) return '';
  const { champion, rows, target } = evaluation;
  const who = champion === null ? 'No champion yet: this model alone' : 'Both models';
  const facts = [churnWords(evaluation.churn), clusterWords(evaluation), holdoutWarning(evaluation)];
  const said = facts.filter((fact) => fact !== '').map((fact) => ` · ${prose(fact, 400)}`);
  return `**Holdout** ${who} on ${champion === null ? '' : 'the same '}${counted(rows, 'row')}, target ${code(target, 60)}${said.join('')}`;
}

function reusedLine(from: string): string {
  const source = /^[0-9a-f]{40}$/.test(from) ? code(shortSha(from)) : link('an earlier run', from);
  return `**Reused** Nothing that determines this training changed, so the result of ${source} stands; nothing ran.`;
}

function seedLine({ seed }: ModelView): string {
  return seed === undefined
    ? ''
    : `**Seed** ${seed}, asked for here; what is merged is trained with that of the policy.`;
}

function changedLine({ causes, files }: ModelView): string {
  if (causes.length === 0) return '';
  const shown = files.slice(0, shownFiles).map((file) => code(file, 120));
  const more = files.length > shown.length ? ` and ${files.length - shown.length} more` : '';
  return `**Changed** ${causes.join(', ')}${shown.length === 0 ? '' : `: ${shown.join(', ')}${more}`}`;
}

function queuedLine({ waits, again }: Extract<ModelState, { kind: 'queued' }>): string {
  if (again !== undefined) return prose(again.message, 500);
  if (waits === undefined) return 'This comment follows the run by itself.';
  return `**To go on** ${capital(untakenWords(waits.labels))}: look at Settings → Actions → Runners whether one with all of these labels is online, idle, and open to this repository.`;
}

function untakenWords(labels: readonly string[]): string {
  return `no runner took it that has ${labels.map((label) => code(label, 60)).join(', ')}`;
}

const stageMarks = {
  waiting: '○ waiting',
  running: '▶ running',
  done: '✔ done',
  failed: '✘ failed',
  skipped: '– skipped',
} as const;

function stageLine(stage: Stage): string {
  const time = stage.seconds === null ? '' : ` · ${duration(stage.seconds)}`;
  const { waits } = stage;
  const untaken = waits === undefined ? '' : ` · ${untakenWords(waits.labels)}`;
  return `- ${stageMarks[stage.state]}: ${text(stageName(stage), 80)}${time}${untaken}`;
}

function logSection({ state }: ModelView): string {
  const lines = logTail(state).slice(-shownLogLines);
  if (lines.length === 0) return '';
  return details(`Last ${counted(lines.length, 'line')} of the log`, codeBlock(lines), 'open');
}

/** The last lines of the log that says why a model has no verdict: of the failed job, or of a training that brought no model. */
export function logTail(state: ModelState): readonly string[] {
  if (state.kind === 'failed') return state.failure.logTail;
  const training = state.kind === 'judged' ? state.result.training : null;
  return training === null || training.outcome === 'succeeded' ? [] : training.logTail;
}

function runLabel(url: string): string {
  const id = /\/runs\/(\d+)/.exec(url)?.[1];
  return id ?? 'log';
}

function joined(blocks: readonly string[]): string {
  return blocks.filter((block) => block !== '').join('\n\n');
}

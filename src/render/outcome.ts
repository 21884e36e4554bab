import type { ModelState, ModelView } from '../decide/view.ts';
import type { RunFailure, Stage } from '../store/run-record.ts';
import type { Verdict } from '../verdict.ts';
import { frozenWords } from './holds.ts';
import { clock, shortSha } from './markdown.ts';
import { overrunSentence } from './spending.ts';

/** An icon and its word. The icon never stands alone. */
export interface Outcome {
  readonly icon: '🟢' | '🟡' | '🔴' | '⚪' | '🔵';
  readonly word: string;
}

const verdictIcons = { pass: '🟢', inconclusive: '⚪', fail: '🔴', error: '🔴' } as const;

/** The icon and word of one gate. */
export function verdictOutcome(verdict: Verdict): Outcome {
  return { icon: verdictIcons[verdict], word: verdict };
}

/** The icon and word of where a model stands. */
export function outcomeOf(state: ModelState): Outcome {
  switch (state.kind) {
    case 'judged':
      if (state.isFirstChampion) return { icon: '🟢', word: 'first champion' };
      return state.judgement.verdict === 'pass' && state.judgement.review
        ? { icon: '🟡', word: 'review' }
        : verdictOutcome(state.judgement.verdict);
    case 'failed':
      return { icon: '🔴', word: 'failed' };
    case 'refused':
      return { icon: '🟡', word: 'refused' };
    case 'over-budget':
      return { icon: '🟡', word: 'over budget' };
    case 'queued':
    case 'running':
      return { icon: '🔵', word: state.kind };
    case 'cancelled':
    case 'superseded':
    case 'frozen':
      return { icon: '⚪', word: state.kind };
    case 'nothing':
      return { icon: '⚪', word: 'not concerned' };
    default:
      return state satisfies never;
  }
}

/** From what a person must act on to what is well: the order of a summary, and whose icon stands for all. */
export function severity(state: ModelState): number {
  const words = [
    'not concerned',
    'pass',
    'first champion',
    'superseded',
    'cancelled',
    'frozen',
    'queued',
    'running',
    'review',
    'inconclusive',
    'over budget',
    'refused',
  ];
  const rank = words.indexOf(outcomeOf(state).word);
  return rank === -1 ? words.length : rank;
}

/** The one sentence about a model, as prose: what the comment, the check and the job summary begin with. */
export function sentence(view: ModelView, now: string): string {
  const { state } = view;
  switch (state.kind) {
    case 'judged':
      return state.isFirstChampion ? 'nothing to compare with yet' : state.judgement.headline;
    case 'failed':
      return failureSentences[state.failure.code];
    case 'refused':
      return state.reason;
    case 'over-budget':
      return overrunSentence(state.overrun);
    case 'queued':
      return queuedSentence(state, now);
    case 'running':
      return runningSentence(state, now);
    case 'cancelled':
      return `by ${state.by}`;
    case 'superseded':
      return `by ${/^[0-9a-f]{40}$/.test(state.by) ? `\`${shortSha(state.by)}\`` : state.by}`;
    case 'frozen':
      return frozenWords(state.freeze, now);
    case 'nothing':
      return state.reason;
    default:
      return state satisfies never;
  }
}

const failureSentences: Readonly<Record<RunFailure['code'], string>> = {
  'dispatch-refused': 'the run could not be started',
  'workflow-missing': 'the run could not be started: the workflow is not there',
  'training-failed': 'the training failed, so there is nothing to judge',
  'evaluation-failed': 'the evaluation failed, so there is nothing to judge',
  'result-missing': 'the run ended without a result',
  'result-invalid': 'the run left a result that cannot be read',
  'result-mismatch': 'the run left a result that is not of this commit, so it does not count',
  'result-unproven': 'the run left a result that the evaluation did not write, so it does not count',
  'timed-out': 'the run took too long and was stopped',
  lost: 'the run was lost: nothing was heard of it any more',
  'runner-lost': 'the machine that ran it was lost',
  'no-runner': 'no runner took it, and GitHub gave it up',
  stalled: 'its machine was lost again and its checkpoint stood still, so it is not run again by itself',
};

function queuedSentence({ since, waits, again }: Extract<ModelState, { kind: 'queued' }>, now: string): string {
  if (again !== undefined)
    return `its machine was lost, it runs again at ${clock(again.at, now)} (attempt ${again.attempt})`;
  if (waits === undefined) return `waiting for a runner since ${clock(since, now)}`;
  return `no runner with the labels ${waits.labels.map((label) => `\`${label}\``).join(', ')} has taken it since ${clock(waits.since, now)}`;
}

function runningSentence(state: Extract<ModelState, { kind: 'running' }>, now: string): string {
  const current = state.stages.find((stage) => stage.state === 'running');
  const done = state.stages.filter((stage) => stage.state === 'done').length;
  const what = current === undefined ? '' : `\`${stageName(current)}\`, `;
  const progress = state.stages.length === 0 ? '' : `, ${done} of ${state.stages.length} stages done`;
  return `${what}since ${clock(state.since, now)}${progress}`;
}

/** A stage without the model in brackets, which stands above it anyway. */
export function stageName({ name }: Stage): string {
  return name.replace(/ \([a-z0-9-]+\)$/, '');
}

/** A word as it begins a heading or a title. */
export function capital(word: string): string {
  return `${word.charAt(0).toUpperCase()}${word.slice(1)}`;
}

import type { RolloutRecord, RolloutState } from '../rollout/rollout-record.ts';
import { code, plain, prose } from './escape.ts';
import { count, duration, percent } from './number.ts';
import type { RolloutView } from './rollout.ts';

/** `25 %` of a weight in percent. */
export function weightText(weight: number): string {
  return percent(weight / 100);
}

/** Seconds from one instant to another (ISO 8601); 0 where the clock went back. */
export function passed(since: string, now: string): number {
  return Math.max(0, (Date.parse(now) - Date.parse(since)) / 1000);
}

/** The first sentence of a rollout: an icon, the version, where it goes, and what holds now. */
export function headline(view: RolloutView): string {
  const { rollout } = view;
  const isOver = rollout.state.kind === 'succeeded' && view.isPast;
  const { icon, words } = isOver
    ? { icon: '⚪', words: 'served' }
    : stateWords(rollout, { now: view.now, quote: markdownCause });
  const minutes = view.expected?.minutes ?? null;
  const soon =
    minutes === null
      ? ''
      : `, ${minutes < 1 ? 'about to be decided' : `${count(Math.ceil(minutes))} min to a decision`}`;
  const { model, release, environment } = rollout;
  return `${icon} ${code(model)} ${code(release.version)} → ${code(environment)}: ${words}${soon}`;
}

/** The same in few words without markup: for the title of a check and the description of a deployment. */
export function plainHeadline(rollout: RolloutRecord, now: string): string {
  return stateWords(rollout, { now, quote: plainCause }).words;
}

function stateWords(
  rollout: RolloutRecord,
  { now, quote }: { readonly now: string; readonly quote: (sentence: string) => string },
): { readonly icon: string; readonly words: string } {
  const { state, weight } = rollout;
  switch (state.kind) {
    case 'requested':
      return { icon: '⚪', words: rollout.needsGo === true ? 'waits for its reviewers' : 'about to begin' };
    case 'waiting':
      return { icon: '⚪', words: 'waits' };
    case 'validating':
      return { icon: '🔵', words: 'asks whether the platform can do it' };
    case 'preparing':
      return { icon: '🔵', words: 'loads, without traffic' };
    case 'shadowing':
      return { icon: '🔵', words: 'gets copies of requests, and answers nobody' };
    case 'step':
      return { icon: state.phase === 'paused' ? '🟡' : '🔵', words: stepWords(rollout, state) };
    case 'promoting':
      return { icon: '🔵', words: 'all steps passed, becomes the champion' };
    case 'baking':
      return { icon: '🔵', words: `100 %, watched for a while — ${harmWords(rollout)}` };
    case 'held':
      return { icon: '🟡', words: `held at ${weightText(weight)} — a person decides` };
    case 'rolling-back':
      return { icon: '🔴', words: `rolling back — ${quote(state.cause.sentence)}` };
    case 'succeeded':
      return { icon: '🟢', words: rollout.atOnce === true ? 'serves again' : `serves, after ${lasted(rollout, now)}` };
    case 'rolled-back':
      return { icon: '🔴', words: `rolled back after ${lasted(rollout, now)}: ${quote(state.cause.sentence)}` };
    case 'superseded':
      return { icon: '⚪', words: 'superseded by a newer release' };
    case 'failed':
      return { icon: '🔴', words: 'failed, a person has to look' };
    default:
      return state satisfies never;
  }
}

function stepWords(rollout: RolloutRecord, state: Extract<RolloutState, { readonly kind: 'step' }>): string {
  const at = weightText(rollout.weight);
  switch (state.phase) {
    case 'applying':
    case 'settling':
      return `${at}, on its way to the next step`;
    case 'observing':
      return `${at} — ${harmWords(rollout)}`;
    case 'paused':
      return `${at}, paused`;
    default:
      return state.phase satisfies never;
  }
}

function harmWords({ judgement }: RolloutRecord): string {
  if (judgement === null || Object.keys(judgement.metrics).length === 0) return 'nothing measured yet';
  const isHarmful = Object.values(judgement.metrics).some(({ harm }) => harm.crossedAt !== null);
  if (isHarmful) return 'harm seen';
  return judgement.verdict === 'pass' ? 'not worse' : 'no harm seen';
}

function lasted({ createdAt, state }: RolloutRecord, now: string): string {
  return duration(passed(createdAt, 'at' in state ? state.at : now));
}

/** A sentence without its full stop, short enough for a heading. */
function markdownCause(sentence: string): string {
  return prose(sentence.replace(/\.\s*$/, ''), 160);
}

function plainCause(sentence: string): string {
  return plain(sentence.replace(/\.\s*$/, ''), 160);
}

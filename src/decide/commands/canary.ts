import type { CommandOf } from '../../command/command.ts';
import { nearest as nearestWord } from '../../policy/nearest.ts';
import { code } from '../../render/escape.ts';
import { renderRollout } from '../../render/rollout.ts';
import { plainHeadline } from '../../render/rollout-words.ts';
import type { RolloutOrder, RolloutRecord } from '../../rollout/rollout-record.ts';
import { isEnded } from '../../rollout/rollout-record.ts';
import { stepsOf } from '../../rollout/rollout-steps.ts';
import { refusalOf } from '../../rollout/states/obey.ts';
import { emptyPlan } from '../plans.ts';
import { runningOf } from '../rollout/history.ts';
import { movedSince } from '../rollout/seen-step.ts';
import { rolloutView } from '../show-rollout.ts';
import { type Answer, refuse, type Scene } from './scene.ts';
import { nearest, serviceOf } from './steered.ts';

const actions = ['status', 'pause', 'resume', 'advance', 'abort'] as const;

/** Shows a rollout or gives it an order. More traffic is given only to the step that the person saw; less always. */
export function canary(command: CommandOf<'canary'>, scene: Scene): Answer {
  const action = command.action ?? 'status';
  const weight = /^\d/.test(action) ? Number(action) : null;
  if (weight === null && !actions.some((known) => known === action)) return unknownAction(command, action);
  if (action === 'status') return status(command, scene);
  const found = serviceOf(command, scene, nearest(scene));
  if (found.kind === 'refused') return found;
  const rollout = runningOf(scene.facts.steered?.rollouts ?? [], found.service);
  if (rollout === null) {
    const { model, environment } = found.service;
    const reason = `no rollout of \`${model}\` to \`${environment}\` goes on`;
    return refuse(command, { code: 'no-rollout', reason, fix: 'Type `/canary status` to see those that do.' });
  }
  return ordered(command, scene, { rollout, order: orderOf(action, weight, scene) });
}

function orderOf(action: string, weight: number | null, { intent }: Scene): RolloutOrder {
  if (weight !== null) return { kind: 'weight', weight };
  if (action === 'pause' || action === 'resume' || action === 'advance') return { kind: action };
  const by = intent.actor.login;
  return { kind: 'abort', cause: { kind: 'command', sentence: `${by} took it back with \`/canary abort\`.`, by } };
}

/** Whether an order may send the candidate more traffic than it has. */
function isMore(order: RolloutOrder, rollout: RolloutRecord): boolean {
  if (order.kind === 'weight') return order.weight > rollout.weight;
  return order.kind === 'advance' || order.kind === 'promote' || order.kind === 'resume';
}

/** Writes an order down for the engine, unless it can change nothing or was meant for a step that is over. */
export function ordered(
  command: CommandOf<'canary' | 'promote' | 'rollback'>,
  { intent, facts }: Scene,
  { rollout, order }: { readonly rollout: RolloutRecord; readonly order: RolloutOrder },
): Answer {
  const unseen = notThatOne(command, { intent, facts }, rollout);
  if (unseen !== null) return unseen;
  const { source } = intent;
  const step = 'step' in command ? command.step : null;
  const at = source.kind === 'comment' ? source.at : null;
  const moved = isMore(order, rollout) ? movedSince(rollout, { step, at }) : null;
  if (moved !== null) {
    const fix = 'Look at the rollout as it is now (`/canary status`), then type it again.';
    return refuse(command, { code: 'rollout-moved', reason: moved, fix });
  }
  const useless = refusalOf(order, rollout);
  if (useless !== null) {
    return refuse(command, {
      code: 'rollout-not-there',
      reason: useless,
      fix: 'Type `/canary status` to see where it is.',
    });
  }
  const { id, sequence } = rollout;
  const by = intent.actor.login;
  return {
    kind: 'done',
    plan: { changes: [{ kind: 'order-rollout', rollout: id, sequence, order, by }], effects: [] },
    says: `> ${icons[order.kind]} ${orderWords(order)} ${placeWords(rollout, facts.now)}`,
  };
}

/** Refuses a button of another rollout's check: it was not about what goes on or serves now. */
export function notThatOne(
  command: CommandOf<'canary' | 'promote' | 'rollback'>,
  { intent: { source } }: Scene,
  rollout: RolloutRecord,
): Answer | null {
  if (source.kind !== 'button' || source.head === rollout.mergeSha) return null;
  const reason = `the button is of an earlier rollout, and ${rollout.release.version} came after it`;
  return refuse(command, {
    code: 'rollout-moved',
    reason,
    fix: 'Press the button of the newest one, or type the command.',
  });
}

const icons = { pause: '⏸️', resume: '▶️', advance: '⏭️', weight: '⚖️', promote: '⏩', abort: '⏪', go: '▶️' } as const;

function orderWords(order: RolloutOrder): string {
  switch (order.kind) {
    case 'pause':
      return 'It pauses where it is; harm rolls back all the same.';
    case 'resume':
      return 'It goes on, with a new attempt at its step.';
    case 'advance':
      return 'Its step ends as decided by you.';
    case 'weight':
      return `Its candidate gets ${order.weight} %.`;
    case 'promote':
      return 'It skips what is left and takes all traffic.';
    case 'abort':
      return 'All traffic goes back now.';
    case 'go':
      return 'It begins.';
    default:
      return order satisfies never;
  }
}

/** Which rollout, and where it was when the order was taken. */
function placeWords(rollout: RolloutRecord, now: string): string {
  const { model, release, environment, state, policy } = rollout;
  const step = 'step' in state ? ` (step ${state.step + 1} of ${stepsOf(policy).length})` : '';
  const what = `${code(model)} ${code(release.version)} → ${code(environment)}`;
  return `${what} was: ${code(plainHeadline(rollout, now))}${step}.`;
}

/** Everybody may look. */
function status(command: CommandOf<'canary'>, { facts, intent }: Scene): Answer {
  const steered = facts.steered ?? { rollouts: [], shown: new Map() };
  const isMeant = (one: RolloutRecord) =>
    (command.model ?? one.model) === one.model && (command.environment ?? one.environment) === one.environment;
  const open = steered.rollouts.filter((one) => !isEnded(one.state) && isMeant(one));
  const here = open.filter(({ number }) => number === intent.number);
  const shown = (here.length > 0 ? here : open).flatMap(({ id }) => steered.shown.get(id) ?? []);
  if (shown.length === 0) {
    const last = steered.rollouts.find(
      (one) => isMeant(one) && (one.number === intent.number || command.environment !== null),
    );
    const says = last === undefined ? 'No rollout goes on.' : `No rollout goes on. The last: ${line(last, facts.now)}`;
    return { kind: 'done', plan: emptyPlan, says };
  }
  return { kind: 'done', plan: emptyPlan, says: shown.map((one) => renderRollout(rolloutView(one))).join('\n\n') };
}

function line(rollout: RolloutRecord, now: string): string {
  const { model, release, environment } = rollout;
  return `${code(model)} ${code(release.version)} → ${code(environment)}: ${code(plainHeadline(rollout, now))}`;
}

function unknownAction(command: CommandOf<'canary'>, action: string): Answer {
  const meant = nearestWord(action, actions);
  const reason = `it does not know \`${action}\``;
  const fix =
    meant === null
      ? 'Type `/canary status`, `pause`, `resume`, `advance`, `abort` or a weight such as `/canary 25`.'
      : `Did you mean \`/canary ${meant}\`?`;
  return refuse(command, { code: 'unknown-command', reason, fix });
}

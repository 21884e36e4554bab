import type { CommandOf, FreezeScope as Reach } from '../../command/command.ts';
import { renderCommand } from '../../command/render.ts';
import type { Plan, StateChange } from '../../effect.ts';
import { FreezesPolicy } from '../../policy/hold-policy.ts';
import { code, prose } from '../../render/escape.ts';
import { frozenWords, unfreezeCommand } from '../../render/holds.ts';
import { clock } from '../../render/markdown.ts';
import { type Freeze, type FreezeScope, frozen, isInForce } from '../freeze.ts';
import { endOf } from '../lock.ts';
import { type Answer, policyHere, refuse, type Scene } from './scene.ts';
import { listed, unknownEnvironment } from './target.ts';
import { termRefusal } from './term.ts';

/** Stops runs, an environment, or all until a time, and says so where it was asked for. */
export function freeze(command: CommandOf<'freeze'>, scene: Scene): Answer {
  const { intent, facts } = scene;
  const { repository, number, actor } = intent;
  const { now } = facts;
  const refused = targetRefusal(command, scene);
  if (refused !== null) return refused;
  const { target, term, reason } = command;
  const missing = { ...command, target: target ?? 'runs', term: term ?? { minutes: 240 }, reason: reason ?? '…' };
  const fix = `Type \`${renderCommand({ ...missing, dryRun: false })}\`, say.`;
  if (term === null) return refuse(command, { code: 'term-missing', reason: 'it does not say until when', fix });
  if (reason === null || reason.trim() === '') {
    return refuse(command, { code: 'reason-missing', reason: 'it does not say why', fix });
  }
  const mostMinutes = (policyHere(scene)?.freezes ?? FreezesPolicy.parse({}))['most-hours'] * 60;
  const late = termRefusal(command, { term, mostMinutes, now });
  if (late !== null) return late;
  const ordered: Freeze = {
    scope: scopeOf(command.scope, scene),
    target: target ?? 'runs',
    by: actor.login,
    reason,
    since: now,
    until: endOf(term, now),
    number,
  };
  const { kind } = ordered.scope;
  const seconds = Math.ceil((Date.parse(ordered.until) - Date.parse(now)) / 1000);
  const plan: Plan = {
    changes: [
      { kind: 'save-freeze', freeze: ordered },
      { kind: 'ask', intent: { kind: 'thaw', repository, scope: kind }, afterSeconds: Math.max(1, seconds) },
      ...shownAt(scene, ordered.target),
    ],
    effects: [],
  };
  return { kind: 'done', plan, says: orderedWords(ordered, now) };
}

/** Ends what is frozen, whoever ordered it, and says whose order it was. */
export function unfreeze(command: CommandOf<'unfreeze'>, scene: Scene): Answer {
  const { intent, facts } = scene;
  const { holds, now } = facts;
  const { repository } = intent;
  const scope = scopeOf(command.scope, scene);
  const inForce = holds.freezes.filter((one) => isInForce(one, now));
  const commands = [...new Set(inForce.map(unfreezeCommand))];
  const others = inForce.length === 0 ? 'Nothing is frozen here.' : `Type ${listed(commands)}.`;
  const { target } = command;
  if (target === null) {
    return refuse(command, { code: 'target-missing', reason: 'it does not say what', fix: others });
  }
  const ends = inForce.filter((one) => one.target === target && one.scope.kind === scope.kind);
  if (ends.length === 0) {
    const where =
      scope.kind === 'owner' ? `for every repository of ${prose(scope.login)}` : 'for this repository alone';
    return refuse(command, { code: 'nothing-to-do', reason: `${code(target)} is not frozen ${where}`, fix: others });
  }
  const plan: Plan = {
    changes: [
      { kind: 'end-freezes', scope, target },
      { kind: 'ask', intent: { kind: 'thaw', repository, scope: scope.kind } },
    ],
    effects: [],
  };
  const whose = ends.map((one) => `- ${prose(frozenWords(one, now))}`);
  const still = frozen(
    target === 'all' ? 'runs' : target,
    inForce.filter((one) => !ends.includes(one)),
    now,
  );
  const rest =
    still === null
      ? []
      : [`It stays frozen ${prose(frozenWords(still, now))}. To end that: ${code(unfreezeCommand(still))}.`];
  return {
    kind: 'done',
    plan,
    says: [`${code(target)} is no longer frozen. It was:`, '', ...whose, '', ...rest].join('\n'),
  };
}

/** Refuses a target that was left out, or that is no environment of the policy; null when it can be frozen. */
function targetRefusal(command: CommandOf<'freeze'>, scene: Scene): Answer | null {
  const { target } = command;
  const environments = Object.keys(policyHere(scene)?.environments ?? {});
  const known = ['runs', 'all', ...environments];
  if (target === null) {
    const term = command.term ?? { minutes: 240 };
    const choices = known.map((one) =>
      renderCommand({ ...command, target: one, term, reason: command.reason ?? '…', dryRun: false }),
    );
    return refuse(command, { code: 'target-missing', reason: 'it does not say what', fix: `Type ${listed(choices)}.` });
  }
  return known.includes(target) ? null : refuse(command, unknownEnvironment(target, known));
}

function orderedWords(ordered: Freeze, now: string): string {
  const { target, scope, until, reason } = ordered;
  const where = scope.kind === 'owner' ? `in every repository of ${prose(scope.login)}` : 'in this repository';
  const end = code(unfreezeCommand(ordered));
  return `> ❄️ ${code(target)} is frozen ${where} until ${clock(until, now)}: ${prose(reason)}. ${meaning(target)} To end it before: ${end}.`;
}

function meaning(target: string): string {
  const runs = 'What was to run is taken up by itself afterwards; what runs already goes on, and `/cancel` stops it.';
  if (target === 'runs') return `Nothing is dispatched until then. ${runs}`;
  if (target === 'all') return `Nothing is dispatched and nothing is rolled out until then. ${runs}`;
  return 'Nothing is rolled out there until then.';
}

/** Says so at once where it was ordered, and where the environment is held or waited for; elsewhere at the next look. */
function shownAt({ intent, facts }: Scene, target: string): readonly StateChange[] {
  const { repository, number } = intent;
  const locks = facts.holds.locks.filter(({ environment }) => environment === target);
  const owners = locks.flatMap(({ state }) => [state.holder, ...state.queue].flatMap((one) => one?.owner.number ?? []));
  return [...new Set([number, ...owners])].slice(0, mostShown).map((one) => ({
    kind: 'ask',
    intent: { kind: 'show-holds', repository, number: one },
  }));
}

const mostShown = 20;

function scopeOf(reach: Reach, { intent }: Scene): FreezeScope {
  const { id, owner } = intent.repository;
  return reach === 'organisation'
    ? { kind: 'owner', login: owner.toLowerCase() }
    : { kind: 'repository', repositoryId: id };
}

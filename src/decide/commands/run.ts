import type { CommandOf } from '../../command/command.ts';
import { nearest } from '../../policy/nearest.ts';
import { forkRefusal, isFork } from '../fork.ts';
import { headRefusal } from './head.ts';
import { type Answer, type OpenScene, refuse } from './scene.ts';

type Asking = CommandOf<'evaluate' | 'train' | 'drift'>;

/** What the verbs that ask for a run of the present head wish for. */
export function wishForRun(command: Asking, scene: OpenScene): Answer {
  const { judged, pull } = scene.pull;
  if (judged.kind !== 'valid') {
    const reason = `the base branch has ${judged.kind === 'absent' ? 'no policy' : 'a policy that cannot be used'}`;
    return refuse(command, { code: 'no-policy', reason, fix: 'Mend `.github/siskin.yml` there first.' });
  }
  if (isFork(pull, scene.intent.repository)) return refuse(command, forkRefusal);
  const moved = headRefusal(command, scene);
  if (moved !== null) return moved;
  const { model } = command;
  const models = judged.range.models.map((known) => known.model);
  if (model !== null && !models.includes(model)) {
    const meant = nearest(model, models) ?? models[0] ?? '';
    const reason = `the policy has no model \`${model}\``;
    return refuse(command, { code: 'unknown-model', reason, fix: `Did you mean \`/${command.verb} -m ${meant}\`?` });
  }
  return { kind: 'wish', wish: { ask: command.verb, model } };
}

import type { CommandOf } from '../../command/command.ts';
import { renderFindings } from '../../render/doctor.ts';
import { examine } from '../doctor/examine.ts';
import { emptyPlan } from '../plans.ts';
import type { Answer, Scene } from './scene.ts';

/** Says what keeps Siskin from working here, and what to do about each. */
export function doctor(_: CommandOf<'doctor'>, { facts }: Scene): Answer {
  // The facts are gathered wherever the command is among those that are obeyed.
  const says = facts.doctor === null ? 'Nothing was looked at.' : renderFindings(examine(facts.doctor));
  return { kind: 'done', plan: emptyPlan, says };
}

import type { Answered } from '../../facts/answered.ts';
import { gateWorkflow } from '../../rollout/rollout-effect.ts';
import { entersEnvironment } from '../rollout/observe-gate.ts';
import { type Finding, ok, problem, unverified } from './finding.ts';

/** What GitHub guards of the policy's environments, and the workflow through which a rollout gets its leave. */
export interface GuardedEnvironments {
  /** The names of those with reviewers, timers or other rules. */
  readonly guarded: Answered<readonly string[]>;
  /** The gate's file on the default branch; null when there is none. */
  readonly text: string | null;
}

/** Whether rollouts to guarded environments can ever begin; nothing where none is guarded. */
export function environmentFindings({ guarded, text }: GuardedEnvironments): readonly Finding[] {
  const what = 'environments';
  if (guarded.kind === 'unknown') {
    return [unverified(what, `could not verify which have reviewers: ${guarded.why}`, 'try again in a minute')];
  }
  if (guarded.value.length === 0) return [];
  const names = guarded.value.map((name) => `\`${name}\``).join(', ');
  const path = `.github/workflows/${gateWorkflow}`;
  if (text === null) {
    const fix = `commit \`templates/workflows/${gateWorkflow}\` of Siskin there, see docs/rollouts.md`;
    return [problem(what, `GitHub guards ${names}, and there is no \`${path}\` to ask its reviewers`, fix)];
  }
  if (!entersEnvironment(text)) {
    const found = `\`${path}\` has more than one job, or one that can end well outside of the environment`;
    return [problem(what, found, 'put the file back as Siskin ships it')];
  }
  return [ok(what, `rollouts to ${names} wait for their rules`)];
}

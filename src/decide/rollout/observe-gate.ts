import { parseDocument } from 'yaml';
import type { Plan } from '../../effect.ts';
import type { GateFacts } from '../../facts/gate-facts.ts';
import { gateRunName, gateWorkflow } from '../../rollout/rollout-effect.ts';
import type { RolloutOrder } from '../../rollout/rollout-record.ts';
import { refusalOf } from '../../rollout/states/obey.ts';
import { emptyPlan } from '../plans.ts';

/**
 * Lets a rollout begin whose job got into the environment, and ends one whose job did not. A run that is not the one that
 * we started, or that need not have entered the environment, lets nothing begin and ends nothing.
 */
export function observeGate(facts: GateFacts | null): Plan {
  if (facts === null || facts.run.status !== 'completed' || !isProof(facts)) return emptyPlan;
  const { rollout, run } = facts;
  const { environment, id, sequence } = rollout;
  const order: RolloutOrder =
    run.conclusion === 'success'
      ? { kind: 'go' }
      : {
          kind: 'abort',
          cause: {
            kind: 'invalid',
            sentence: `The environment ${environment} on GitHub did not let it begin: its job ended with ${run.conclusion ?? 'nothing'}.`,
            by: null,
          },
        };
  const isBefore = rollout.state.kind === 'requested' || rollout.state.kind === 'waiting';
  if (!isBefore || rollout.needsGo !== true || refusalOf(order, rollout) !== null) return emptyPlan;
  const by = `the environment ${environment}`;
  return { changes: [{ kind: 'order-rollout', rollout: id, sequence, order, by }], effects: [] };
}

/** Whether the run is ours, of the default branch's file, for this rollout, and could end well only inside the environment. */
function isProof({ rollout, known, run, ours, workflow }: GateFacts): boolean {
  return (
    (known === null || known === run.id) &&
    run.title === gateRunName(rollout.id) &&
    run.path === `.github/workflows/${gateWorkflow}` &&
    run.event === 'workflow_dispatch' &&
    run.branch === ours.branch &&
    run.actor === ours.login &&
    workflow !== null &&
    entersEnvironment(workflow)
  );
}

/** Whether a workflow has one job, without conditions, that enters the environment that it is told. */
export function entersEnvironment(workflow: string): boolean {
  if (workflow.length > mostCharacters) return false;
  const document = parseDocument(workflow, { logLevel: 'silent' });
  const jobs: unknown = document.errors.length > 0 ? null : document.getIn(['jobs']);
  if (typeof jobs !== 'object' || jobs === null) return false;
  const plain: unknown = JSON.parse(JSON.stringify(jobs));
  const all = Object.values(Object(plain));
  const [job] = all;
  if (all.length !== 1 || typeof job !== 'object' || job === null) return false;
  const environment = Reflect.get(job, 'environment');
  const name = typeof environment === 'object' && environment !== null ? Reflect.get(environment, 'name') : environment;
  const isWhole = !('if' in job) && !('continue-on-error' in job) && !('uses' in job);
  return isWhole && typeof name === 'string' && /^\$\{\{\s*inputs\.environment\s*\}\}$/.test(name);
}

const mostCharacters = 20_000;

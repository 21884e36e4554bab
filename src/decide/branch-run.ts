import type { StateChange } from '../effect.ts';
import type { RunFacts } from '../facts/run-facts.ts';
import { type Repository, siskin } from '../intent.ts';
import { modelArtifact } from '../run-plan.ts';
import { isAcceptable } from './champion.ts';
import { fenceOfCommit, isOutdated } from './fence.ts';
import { releasesItself } from './release/automatic.ts';

/** On the default branch a candidate that is good enough becomes the champion, and what was pushed meanwhile has its turn. */
export function afterBranchRun(
  repository: Repository,
  facts: RunFacts & { readonly branch: NonNullable<RunFacts['branch']> },
): readonly StateChange[] {
  const { run, branch, policy, now } = facts;
  if (run.state !== 'completed' && run.state !== 'failed' && run.state !== 'cancelled') return [];
  const changes: StateChange[] = [];
  for (const { model, trainingKey, trains } of run.models) {
    const result = run.results[model];
    const own = policy?.models[model];
    const trained = trains ? run : branch.trainedBy[model];
    const champion = branch.champions[model] ?? null;
    if (result === undefined || own === undefined || trained?.runId == null) continue;
    if (isOutdated(run, model, branch.runs) || (champion?.fence ?? 0) > run.fence) continue;
    // An older commit, measured again, does not replace the champion of a later one.
    if (champion !== null && champion.commit !== run.head && champion.fence > fenceOfCommit(run, branch.runs)) continue;
    if (!isAcceptable({ model, policy: own, result, approvals: facts.approvals })) continue;
    const digest = result.evaluation?.candidate.digest;
    if (digest === undefined) continue;
    const { repositoryId, head: commit } = run;
    const artifact = modelArtifact(model);
    const accepted = {
      repositoryId,
      model,
      commit,
      runId: trained.runId,
      artifact,
      digest,
      trainingKey,
      fence: run.fence,
      acceptedAt: now,
    };
    changes.push({ kind: 'save-champion', champion: accepted });
    const causes = facts.shown?.view.models.find((view) => view.model === model)?.causes ?? [];
    if (releasesItself(policy, causes)) {
      changes.push({ kind: 'ask', intent: { kind: 'release-champion', repository, model, commit } });
    }
  }
  if (branch.tip.sha !== run.head) {
    const { name, sha } = branch.tip;
    changes.push({
      kind: 'ask',
      intent: {
        kind: 'check-push',
        repository,
        branch: name,
        before: run.head,
        after: sha,
        actor: siskin,
        cause: 'pushed',
      },
    });
  }
  return changes;
}

import type { ApplyPorts } from './apply.ts';
import type { Learnt, Outcome, PendingEffect } from './ports.ts';
import { manifestPath } from './registry/manifest.ts';
import { renderTag } from './registry/tags.ts';
import { errandRunName } from './rollout/errands/errand-plan.ts';
import { assignment, namedTags } from './rollout/release-tags.ts';
import { revertedManifest } from './rollout/reverted-manifest.ts';
import { evidenceBranch, gateRunName, type RolloutEffect, type RolloutTraces } from './rollout/rollout-effect.ts';

type Of<Kind extends RolloutEffect['kind']> = Extract<RolloutEffect, { readonly kind: Kind }>;

/** Does one thing on GitHub about a rollout, and tells what trace it left there. */
export async function applyRolloutEffect(
  pending: PendingEffect,
  effect: RolloutEffect,
  ports: ApplyPorts,
): Promise<Outcome> {
  const { repository } = pending;
  switch (effect.kind) {
    case 'publish-deployment': {
      const known = (await ports.outbox.readTraces(effect.rollout)).deployment ?? null;
      const deployment = await ports.github.publishDeployment(repository, { ...effect, known });
      return left(effect, { deployment });
    }
    case 'publish-rollout-comment':
      return await publishComment(pending, effect, ports);
    case 'tag-release':
      return await tagRelease(pending, effect, ports);
    case 'save-evidence':
      return await saveEvidence(pending, effect, ports);
    case 'open-revert':
      return await openRevert(pending, effect, ports);
    case 'open-issue': {
      const { title, body, rollout } = effect;
      const issue = await ports.github.openIssue(repository, { title, body, marker: marker('issue', rollout) });
      return issue === null ? { kind: 'done', learnt: null } : left(effect, { issue });
    }
    case 'dispatch-gate':
      return await dispatchGate(pending, effect, ports);
    case 'dispatch-errands':
      return await dispatchErrands(pending, effect, ports);
    case 'cancel-errands':
      await ports.github.cancelRun(repository, effect.runId);
      return { kind: 'done', learnt: null };
    default:
      return effect satisfies never;
  }
}

/** What a rollout whose effect was refused for good has to tell; null where only the log needs to know. */
export function refusedRolloutEffect(effect: RolloutEffect, message: string): Learnt | null {
  if (effect.kind === 'open-revert') {
    return { kind: 'rollout-traced', rollout: effect.rollout, traces: { 'revert-state': 'needs-person' } };
  }
  if (effect.kind === 'dispatch-errands') {
    const { claim, environment } = effect.plan;
    return { kind: 'errands-dispatched', claim, environment, runId: null, refusal: message };
  }
  return effect.kind === 'dispatch-gate'
    ? { kind: 'rollout-traced', rollout: effect.rollout, traces: { 'gate-refused': message } }
    : null;
}

async function publishComment(
  { repository }: PendingEffect,
  effect: Of<'publish-rollout-comment'>,
  { github, outbox }: ApplyPorts,
): Promise<Outcome> {
  const { rollout, number } = effect;
  const mark = marker('rollout', rollout);
  const body = `${effect.body}\n${mark}`;
  const known = (await outbox.readTraces(rollout)).comment ?? (await github.findComment(repository, number, mark));
  if (known !== null) {
    const { edits, oldestSecondsAgo } = await outbox.readEdits(repository.id, number);
    if (edits >= editsPerMinute) return { kind: 'later', seconds: Math.max(1, 60 - oldestSecondsAgo), error: null };
    if (await github.updateComment(repository, known, body)) {
      return left(effect, { comment: known }, { number });
    }
  }
  return left(effect, { comment: await github.createComment(repository, number, body) });
}

/** How often comments of one pull request are edited in any minute. Newer content replaces what waits. */
const editsPerMinute = 4;

async function tagRelease(
  { repository }: PendingEffect,
  effect: Of<'tag-release'>,
  { github, outbox }: ApplyPorts,
): Promise<Outcome> {
  const { model, version, environment, rollout } = effect;
  const artifact = { artifact: model, action: { kind: 'register', version }, counter: null } as const;
  const registration = renderTag(artifact);
  const names = await github.listTagNames(repository, model);
  // Names that tags cannot have are served all the same; the deployment is their record then.
  if (registration === null) return { kind: 'done', learnt: null };
  const at = outbox.now();
  if (!names.includes(registration)) {
    const message = `${model} ${version}`;
    await github.createTag(repository, { name: registration, sha: effect.sha, message, at });
  }
  const { counter, ofStage } = namedTags(names, { model, environment });
  const recent = [registration, ...ofStage.slice(0, mostTags)];
  const [registered, ...assigned] = await github.readTags(repository, recent);
  const sha = registered?.sha ?? effect.sha;
  const { stands, tags } = assignment(assigned, { model, environment, sha, counter });
  for (const [index, tag] of tags.entries()) {
    const message = `${model} in ${environment}: ${version} by rollout ${rollout}`;
    // A second apart, so that readers that order them by time see this order.
    const later = new Date(Date.parse(at) + (index + 1) * 1000).toISOString();
    await github.createTag(repository, { ...tag, message, at: later });
  }
  return left(effect, { tag: stands ?? tags.at(-1)?.name ?? registration });
}

/** An environment whose last so many tags do not say what it had is not kept as Siskin keeps it. */
const mostTags = 50;

async function saveEvidence(
  { repository }: PendingEffect,
  effect: Of<'save-evidence'>,
  { github, outbox }: ApplyPorts,
): Promise<Outcome> {
  const { rollout, folder, policy } = effect;
  const lines = (await outbox.readEvidence(rollout)).map((line) => `${line}\n`).join('');
  const evidence = await github.saveFiles(repository, {
    branch: evidenceBranch,
    message: `Keep the evidence of rollout ${rollout}`,
    files: { [`${folder}/evidence.jsonl`]: lines, [`${folder}/policy.yml`]: policy },
  });
  return left(effect, { evidence });
}

async function openRevert(
  { repository }: PendingEffect,
  effect: Of<'open-revert'>,
  { github, outbox }: ApplyPorts,
): Promise<Outcome> {
  const { branch, title, body, reversion } = effect;
  const path = manifestPath(reversion.model);
  const tip = await github.readTip(repository, path);
  const text = tip.text === null ? null : revertedManifest(tip.text, { path, reversion });
  if (text === null || text === tip.text) {
    const known = (await outbox.readTraces(effect.rollout)).revert ?? 0;
    return left(effect, { revert: known, 'revert-state': known === 0 ? 'not-needed' : 'merged' });
  }
  const base = { branch: tip.branch, sha: tip.sha };
  const revert = await github.proposeFiles(repository, { branch, base, title, body, files: { [path]: text } });
  return left(effect, { revert, 'revert-state': await github.mergeOwn(repository, revert) });
}

async function dispatchGate(
  { repository, attempts, begunSecondsAgo }: PendingEffect,
  effect: Of<'dispatch-gate'>,
  { github }: ApplyPorts,
): Promise<Outcome> {
  const { rollout, workflow, branch, environment } = effect;
  if (attempts > 0) {
    // An earlier attempt may have come through without an answer; reviewers are asked once.
    const found = await github.findRun(repository, { workflow, branch, name: gateRunName(rollout) });
    if (found !== null) return left(effect, { gate: found.id });
    const wait = secondsUntilListed - (begunSecondsAgo ?? 0);
    if (wait > 0) return { kind: 'later', seconds: wait, error: null };
  }
  const run = await github.dispatchWorkflow(repository, workflow, branch, { rollout, environment });
  return run === null ? { kind: 'done', learnt: null } : left(effect, { gate: run.runId });
}

async function dispatchErrands(
  { repository, attempts, begunSecondsAgo }: PendingEffect,
  { workflow, branch, plan }: Of<'dispatch-errands'>,
  { github, outbox }: ApplyPorts,
): Promise<Outcome> {
  const { claim, environment } = plan;
  const sent = (runId: number | null): Outcome => ({
    kind: 'done',
    learnt: { kind: 'errands-dispatched', claim, environment, runId, refusal: null },
  });
  if (attempts > 0) {
    // An earlier attempt may have come through without an answer; its job is the one that counts.
    const found = await github.findRun(repository, { workflow, branch, name: errandRunName(claim) });
    if (found !== null) return sent(found.id);
    const wait = secondsUntilListed - (begunSecondsAgo ?? 0);
    if (wait > 0) return { kind: 'later', seconds: wait, error: null };
  }
  // It would do nothing any more, or another job does it by now.
  const isLate = Date.parse(plan.until) <= Date.parse(outbox.now());
  if (isLate || !(await outbox.isErrandJobOpen(claim))) return { kind: 'done', learnt: null };
  const run = await github.dispatchWorkflow(repository, workflow, branch, { plan: JSON.stringify(plan) });
  return sent(run?.runId ?? null);
}

/** GitHub's list of runs lags behind a dispatch by some seconds; only after these does absence prove anything. */
const secondsUntilListed = 15;

/** What tells the comment or issue of one rollout from all others. */
function marker(kind: 'rollout' | 'issue', rollout: string): string {
  return `<!-- siskin:${kind}:${rollout} -->`;
}

function left(
  { rollout }: Exclude<RolloutEffect, { readonly kind: 'cancel-errands' }>,
  traces: RolloutTraces,
  edited: { readonly number: number } | null = null,
): Outcome {
  return { kind: 'done', learnt: { kind: 'rollout-traced', rollout, traces, ...(edited === null ? {} : { edited }) } };
}

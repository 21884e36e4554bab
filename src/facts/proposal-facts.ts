import { firstEnvironment } from '../decide/release/promotion-order.ts';
import type { Intent } from '../intent.ts';
import type { Policy } from '../policy/policy.ts';
import type { Examination } from '../ports/release-reader.ts';
import type { ReleaseManifest } from '../registry/manifest.ts';
import { modelCardPath } from '../registry/model-card.ts';
import { releaseBranch } from '../registry/release-branch.ts';
import type { RunRecord } from '../store/run-record.ts';
import { readPolicy } from './release-check-facts.ts';
import { type ManifestAt, type ReleasePorts, readManifest } from './release-facts.ts';

/** What a release pull request is made of. */
export interface ProposalFacts {
  /** The default branch. */
  readonly branch: { readonly name: string; readonly sha: string };
  readonly policy: Policy | 'absent' | 'invalid';
  readonly manifest: ManifestAt;
  /** The card beside the manifest, as people left it; null when there is none. */
  readonly card: string | null;
  /** What the branch of releases says now, and what it said where it left the default branch; null when there is no branch. */
  readonly proposed: { readonly head: ManifestAt; readonly base: ManifestAt } | null;
  /** The run that judged what is released; null when it is not known any more. */
  readonly run: RunRecord | null;
  /** What is said of the environment that the release is for; null where it is for none. */
  readonly examination: { readonly environment: string; readonly found: Examination } | null;
  readonly now: string;
}

/** Reads the default branch as it is now, whatever was known when the release was asked for. */
export async function gatherProposal(
  { repository, wish }: Extract<Intent, { readonly kind: 'propose-release' }>,
  now: string,
  ports: ReleasePorts,
): Promise<ProposalFacts> {
  const { github, store, releases } = ports;
  const model = wish.kind === 'release' ? wish.request.model : wish.model;
  const branch = await github.readDefaultBranch(repository);
  const [policy, manifest, card, proposed] = await Promise.all([
    readPolicy(repository, branch.sha, ports),
    readManifest(repository, { model, ref: branch.sha }, github),
    github.readFile(repository, modelCardPath(model), branch.sha),
    proposedNow(),
  ]);
  const run = await runOf();
  return { branch, policy, manifest, card, proposed, run, examination: await examined(), now };

  /** Also a promotion stands on what is proposed already, so that neither takes the other back. */
  async function proposedNow(): Promise<ProposalFacts['proposed']> {
    const pulls = await github.listOpenPullRequests(repository);
    const open = pulls.find(({ head }) => head.ref === releaseBranch(model) && head.repositoryId === repository.id);
    if (open === undefined) return null;
    const { mergeBase } = await github.compare(repository, branch.name, open.head.sha);
    const [head, base] = await Promise.all([
      readManifest(repository, { model, ref: open.head.sha }, github),
      readManifest(repository, { model, ref: mergeBase }, github),
    ]);
    return { head, base };
  }

  async function runOf(): Promise<RunRecord | null> {
    if (wish.kind === 'release') return await store.readRun(wish.request.claim);
    const released: ReleaseManifest | null = proposed?.head.kind === 'valid' ? proposed.head.manifest : null;
    const id = Number(released?.lineage.run);
    return Number.isSafeInteger(id) ? await store.readRunById(repository.id, id) : null;
  }

  async function examined(): Promise<ProposalFacts['examination']> {
    if (typeof policy === 'string') return null;
    const environment = wish.kind === 'promote' ? wish.environment : firstEnvironment(policy);
    const own =
      environment === null || !Object.hasOwn(policy.environments, environment)
        ? undefined
        : policy.environments[environment];
    if (environment === null || own === undefined) return null;
    const known = manifest.kind === 'valid' ? manifest.manifest.environments : {};
    const champion = (Object.hasOwn(known, environment) ? known[environment] : undefined) ?? null;
    const candidate = champion ?? { version: '0.0.0', digest: `sha256:${'0'.repeat(64)}`, uri: 'none:' };
    const found = await releases.examine(repository, { model, environment, policy: own, champion, candidate, now });
    return { environment, found };
  }
}

import type { Intent } from '../intent.ts';
import { gatherHolds } from './hold-facts.ts';
import { changedManifests, readPolicy } from './release-check-facts.ts';
import {
  gatherSubject,
  type ReleaseHolds,
  type ReleasePorts,
  type ReleaseSubject,
  readManifest,
} from './release-facts.ts';

/** What a push to the default branch releases. */
export interface MergedReleaseFacts {
  readonly subjects: readonly {
    readonly subject: ReleaseSubject;
    /** By environment, the digest that the branch says now: another push may have said something else since. */
    readonly present: Readonly<Record<string, string | null>>;
    /** The environments that GitHub guards by reviewers, timers or branches. */
    readonly guarded: readonly string[];
    /** The pull request that brought it, null for a push by hand. */
    readonly number: number | null;
  }[];
  readonly policy: 'valid' | 'absent' | 'invalid';
  /** Whether release pull requests are open that may be waiting for this push. */
  readonly waiting: boolean;
  readonly holds: ReleaseHolds;
  readonly now: string;
}

const nowhere = '0'.repeat(40);

/** Reads the manifests before and after a push, under the policy that the push leaves. */
export async function gatherMergedReleases(
  intent: Extract<Intent, { readonly kind: 'observe-releases' }>,
  now: string,
  ports: ReleasePorts,
): Promise<MergedReleaseFacts> {
  const { repository, branch, before, after } = intent;
  const { github, store } = ports;
  const holds = await gatherHolds(repository, store);
  const nothing = { subjects: [], waiting: false, holds, now };
  const policy = await readPolicy(repository, after, ports);
  if (typeof policy === 'string') return { ...nothing, policy };
  const models =
    before === nowhere ? [] : await changedManifests(repository, { from: before, to: after, policy }, ports);
  const pulls = await github.listOpenPullRequests(repository);
  const waiting = pulls.some(
    ({ head }) => head.ref.startsWith('siskin/release/') && head.repositoryId === repository.id,
  );
  if (models.length === 0) return { ...nothing, policy: 'valid', waiting };
  const tip = await github.readDefaultBranch(repository);
  const subjects = models.map(async (model) => {
    const subject = await gatherSubject(repository, { model, policy, branch, base: before, head: after, now }, ports);
    const newest = tip.sha === after ? subject.head : await readManifest(repository, { model, ref: tip.sha }, github);
    const present = newest.kind === 'valid' ? newest.manifest.environments : {};
    const environments = subject.changes.map(({ environment }) => environment);
    const guards = await Promise.all(environments.map((one) => github.isGuarded(repository, one)));
    return {
      subject,
      guarded: environments.filter((_, at) => guards[at] === true),
      present: Object.fromEntries(Object.entries(present).map(([name, { digest }]) => [name, digest])),
      number: await ports.releases.findMergedPull(repository, after),
    };
  });
  return { ...nothing, policy: 'valid', waiting, subjects: await Promise.all(subjects) };
}

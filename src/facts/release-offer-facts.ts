import type { Intent, Repository } from '../intent.ts';
import type { ModelPolicy } from '../policy/policy.ts';
import type { ReleasePolicy } from '../policy/release-policy.ts';
import type { GithubReader, StoreReader } from '../ports.ts';
import type { Champion, RunRecord } from '../store/run-record.ts';
import type { Rules } from './access-facts.ts';
import { readPolicy } from './release-check-facts.ts';
import { type ManifestAt, readManifest } from './release-facts.ts';

/** What the default branch has of one model that could be released. */
export interface ReleaseOffer {
  readonly model: string;
  readonly policy: ModelPolicy;
  /** The release manifest of the default branch. */
  readonly manifest: ManifestAt;
  readonly champion: Champion | null;
  /** The run that measured the champion; null when its record is gone. */
  readonly run: RunRecord | null;
}

/** Reads what `/release` may be about: every model of the policy. */
export async function gatherOffers(
  repository: Repository,
  rules: Rules,
  { github, store }: { readonly github: GithubReader; readonly store: StoreReader },
): Promise<readonly ReleaseOffer[] | null> {
  if (rules.kind !== 'valid') return null;
  const { policy, commit } = rules;
  const offers = Object.entries(policy.models).map(async ([name, own]): Promise<ReleaseOffer> => {
    const [manifest, champion] = await Promise.all([
      readManifest(repository, { model: name, ref: commit }, github),
      store.readChampion(repository.id, name),
    ]);
    const run = champion === null ? null : await runOf(repository, champion, store);
    return { model: name, policy: own, manifest, champion, run };
  });
  return await Promise.all(offers);
}

/** The run that trained it may have measured it too; else a later one of the branch, or of the pull request, did. */
async function runOf(repository: Repository, champion: Champion, store: StoreReader): Promise<RunRecord | null> {
  const measured = (run: RunRecord | null) =>
    run?.results[champion.model]?.evaluation?.candidate.digest === champion.digest;
  const ofBranch = await store.listRuns(repository.id, null);
  const found = ofBranch.find(measured);
  if (found !== undefined) return found;
  const trained = await store.readRunById(repository.id, champion.runId);
  return measured(trained) ? trained : null;
}

/** Reads what the default branch has of one model, for a candidate that won there; null without a policy that can be used. */
export async function gatherOffer(
  { repository, model }: Extract<Intent, { readonly kind: 'release-champion' }>,
  ports: { readonly github: GithubReader; readonly store: StoreReader },
): Promise<(ReleaseOffer & { readonly release: ReleasePolicy }) | null> {
  const { sha: commit } = await ports.github.readDefaultBranch(repository);
  const policy = await readPolicy(repository, commit, ports);
  if (typeof policy === 'string' || policy.release === undefined) return null;
  const offers = await gatherOffers(repository, { kind: 'valid', policy, commit }, ports);
  const offer = offers?.find((one) => one.model === model);
  return offer === undefined ? null : { ...offer, release: policy.release };
}

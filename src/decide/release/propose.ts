import type { Effect, Plan } from '../../effect.ts';
import { problemText } from '../../error.ts';
import type { ProposalFacts } from '../../facts/proposal-facts.ts';
import type { Intent } from '../../intent.ts';
import type { ReleaseProposal } from '../../ports/release-writer.ts';
import { type EditedManifest, setEnvironment, setRelease } from '../../registry/edit-manifest.ts';
import { manifestPath, type ReleaseManifest } from '../../registry/manifest.ts';
import { modelCard, modelCardPath } from '../../registry/model-card.ts';
import type { ReleaseRequest } from '../../registry/release-request.ts';
import type { ReleaseWish } from '../../registry/release-wish.ts';
import { compareVersions, nextVersion } from '../../registry/version.ts';
import { code, prose, text } from '../../render/escape.ts';
import { releaseBody } from '../../render/release-body.ts';
import { releaseCheckName } from '../../render/release-check.ts';
import { emptyPlan } from '../plans.ts';
import { changedEnvironments } from './changed-environments.ts';
import { releaseOf } from './manifest-of.ts';
import { firstEnvironment } from './promotion-order.ts';
import { storing } from './storing.ts';

type Propose = Extract<Intent, { readonly kind: 'propose-release' }>;

/** A manifest as it is to be, or why there is none. */
type Made =
  | { readonly kind: 'made'; readonly text: string; readonly manifest: ReleaseManifest }
  | { readonly kind: 'refused'; readonly sentence: string }
  /** The version was taken meanwhile: the same once more under the next one. */
  | { readonly kind: 'again'; readonly request: ReleaseRequest }
  | { readonly kind: 'nothing' };

/** Makes the release pull request of a model say what is wished, on the default branch as it is now. */
export function proposeRelease({ wish }: Propose, facts: ProposalFacts): Plan {
  const made = manifestFor(wish, facts);
  switch (made.kind) {
    case 'nothing':
      return emptyPlan;
    case 'refused':
      return refused(wish, made.sentence);
    case 'again': {
      const release = typeof facts.policy === 'string' ? undefined : facts.policy.release;
      return { changes: [], effects: [storing(made.request, release)] };
    }
    case 'made':
      return proposed(wish, { facts, made });
    default:
      return made satisfies never;
  }
}

function proposed(
  wish: ReleaseWish,
  { facts, made }: { readonly facts: ProposalFacts; readonly made: Extract<Made, { readonly kind: 'made' }> },
): Plan {
  const { branch, manifest, policy, run } = facts;
  if (typeof policy === 'string') return emptyPlan;
  const { model } = made.manifest;
  const before = manifest.kind === 'valid' ? manifest.manifest : null;
  const changes = changedEnvironments(before, made.manifest);
  const isNewVersion = before?.version !== made.manifest.version;
  if (changes.length === 0 && !isNewVersion) return emptyPlan;
  const files: Record<string, string> = { [manifestPath(model)]: made.text };
  const written = isNewVersion ? cardOf(made.manifest, facts) : null;
  if (written !== null && written !== facts.card) files[modelCardPath(model)] = written;
  const title = titleOf(made.manifest, { isNewVersion, changes });
  const proposal: ReleaseProposal = {
    model,
    base: { ref: branch.name, sha: branch.sha },
    title,
    body: releaseBody({ manifest: made.manifest, before, changes, policy, run, examination: facts.examination, wish }),
    files,
    cause:
      wish.kind === 'renew'
        ? 'renewed'
        : wish.kind === 'release' && wish.request.by === 'siskin'
          ? 'automatic'
          : 'asked',
    digest: made.manifest.artifact.digest,
  };
  const tell = wish.kind === 'release' ? wish.request.number : wish.kind === 'promote' ? wish.number : null;
  const id = wish.kind === 'release' ? wish.request.id : wish.id;
  return { changes: [], effects: [{ kind: 'propose-release', id, proposal, tell }] };
}

function titleOf(
  { model, version }: ReleaseManifest,
  {
    isNewVersion,
    changes,
  }: { readonly isNewVersion: boolean; readonly changes: ReturnType<typeof changedEnvironments> },
): string {
  const places = changes.filter(({ after }) => after !== null).map(({ environment }) => environment);
  if (isNewVersion) return `Release ${model} ${version}${places.length === 0 ? '' : ` to ${places.join(', ')}`}`;
  const [first] = changes;
  return `Promote ${model} ${first?.after?.version ?? version} to ${places.join(', ')}`;
}

function manifestFor(wish: ReleaseWish, facts: ProposalFacts): Made {
  const { manifest, policy } = facts;
  if (typeof policy === 'string') {
    const found = policy === 'absent' ? 'none' : 'one that cannot be used';
    return {
      kind: 'refused',
      sentence: `expected a policy on the default branch, found ${found}; add or mend \`.github/siskin.yml\``,
    };
  }
  if (manifest.kind === 'invalid') return broken(manifest.problems);
  switch (wish.kind) {
    case 'release':
      return ofRelease(wish, facts);
    case 'promote':
      return ofPromotion(wish, facts);
    case 'renew':
      return ofRenewal(facts);
    default:
      return wish satisfies never;
  }
}

function ofRelease(
  { request, stored }: Extract<ReleaseWish, { readonly kind: 'release' }>,
  facts: ProposalFacts,
): Made {
  const { manifest, policy, run } = facts;
  const { model, version } = request;
  if (stored.kind === 'refused') return { kind: 'refused', sentence: stored.message };
  if (run === null || typeof policy === 'string') {
    return {
      kind: 'refused',
      sentence: `expected the run that judged \`${model}\`, found no record of it; have it judged again with \`/evaluate -m ${model}\``,
    };
  }
  const own = policy.models[model];
  if (own === undefined) {
    return {
      kind: 'refused',
      sentence: `expected a model of the policy, found \`${model}\` on the default branch no more; release a model that it has`,
    };
  }
  const before = manifest.kind === 'valid' ? manifest.manifest : null;
  if (before !== null && compareVersions(version, before.version) <= 0) {
    if (before.artifact.digest === request.digest) return { kind: 'nothing' };
    if (request.versionBy === 'next') {
      return { kind: 'again', request: { ...request, version: nextVersion(before.version, request.part) } };
    }
    return {
      kind: 'refused',
      sentence: `expected a version above \`${before.version}\`, which was released meanwhile, found \`${version}\`; name a higher one`,
    };
  }
  const text = manifest.kind === 'valid' ? manifest.text : null;
  const released = setRelease(text, releaseOf(request, { artifact: stored.artifact, run, data: own.data.train }));
  const environment = firstEnvironment(policy);
  if (released.kind === 'invalid' || environment === null) return madeOf(released);
  const { digest, uri } = stored.artifact;
  return madeOf(setEnvironment(released.text, { model, environment, release: { version, digest, uri } }));
}

/** What serves in the environment before is what may go on; where a version is named it must be one that some environment serves. */
function ofPromotion(
  { model, environment, version }: Extract<ReleaseWish, { readonly kind: 'promote' }>,
  { manifest, policy, proposed: open }: ProposalFacts,
): Made {
  if (typeof policy === 'string') return { kind: 'nothing' };
  if (manifest.kind !== 'valid') {
    return {
      kind: 'refused',
      sentence: `expected a release of \`${model}\` on the default branch, found none; type \`/release -m ${model}\` first`,
    };
  }
  const { environments } = manifest.manifest;
  const own = Object.hasOwn(policy.environments, environment) ? policy.environments[environment] : undefined;
  const upstream = own?.after;
  const entries = Object.entries(environments);
  const source =
    version === null
      ? entries.find(([name]) => name === upstream)?.[1]
      : entries.find(([, entry]) => entry.version === version)?.[1];
  if (own === undefined || source === undefined) {
    const wanted =
      version === null ? `what serves in \`${upstream ?? 'no environment'}\`` : `\`${version}\` in some environment`;
    return {
      kind: 'refused',
      sentence: `expected ${wanted} to promote it to \`${environment}\`, found nothing; release it to the environment before first`,
    };
  }
  // What is proposed already stays proposed.
  const base = open?.head.kind === 'valid' ? ofRenewal({ manifest, proposed: open }) : null;
  const text = base?.kind === 'made' ? base.text : manifest.text;
  const { version: kept, digest, uri } = source;
  return madeOf(setEnvironment(text, { model, environment, release: { version: kept, digest, uri } }));
}

/** What the branch changes against where it left the default branch, done again on the default branch as it is now. */
function ofRenewal({ manifest, proposed: open }: Pick<ProposalFacts, 'manifest' | 'proposed'>): Made {
  if (open === null || open.head.kind !== 'valid') return { kind: 'nothing' };
  const { manifest: wanted } = open.head;
  const old = open.base.kind === 'valid' ? open.base.manifest : null;
  const now = manifest.kind === 'valid' ? manifest.manifest : null;
  const isNewVersion = old?.version !== wanted.version;
  if (isNewVersion && now !== null && compareVersions(wanted.version, now.version) <= 0) return { kind: 'nothing' };
  const text = manifest.kind === 'valid' ? manifest.text : null;
  const { model, version, artifact, lineage, metrics } = wanted;
  let made: EditedManifest | null = isNewVersion
    ? setRelease(text, { model, version, artifact, lineage, metrics })
    : null;
  for (const { environment, after } of changedEnvironments(old, wanted)) {
    const on: string | null = made?.kind === 'edited' ? made.text : text;
    if (made?.kind === 'invalid' || on === null) break;
    made = setEnvironment(on, { model, environment, release: after });
  }
  return made === null ? { kind: 'nothing' } : madeOf(made);
}

function madeOf(edited: EditedManifest): Made {
  return edited.kind === 'edited'
    ? { kind: 'made', text: edited.text, manifest: edited.manifest }
    : broken(edited.problems);
}

function broken(problems: Parameters<typeof problemText>[0][] | readonly Parameters<typeof problemText>[0][]): Made {
  const said = problems.slice(0, 5).map(problemText).join('; ');
  return { kind: 'refused', sentence: `expected a manifest that can be edited, found: ${said}` };
}

/** A card that cannot be read is left to people: the release does not wait for it. */
function cardOf(manifest: ReleaseManifest, { policy, card, run }: ProposalFacts): string | null {
  const own = typeof policy === 'string' ? undefined : policy.models[manifest.model];
  if (own === undefined) return null;
  const digest = run?.results[manifest.model]?.evaluation?.holdoutDigest ?? 'unknown';
  const holdout = { path: own.data.holdout.join(' '), digest };
  const written = modelCard(card, { manifest, task: own.task, holdout });
  return written.kind === 'written' ? written.text : null;
}

/** Told where it was asked for; of what nobody asked for, on the commit. */
function refused(wish: ReleaseWish, sentence: string): Plan {
  const said = `> 📦 Not released: ${prose(sentence, 2000)}`;
  const number = wish.kind === 'release' ? wish.request.number : wish.kind === 'promote' ? wish.number : null;
  if (number !== null) {
    const key = `release-refused-${wish.kind === 'release' ? wish.request.id : wish.id}`;
    return { changes: [], effects: [{ kind: 'reply', number, body: said, key }] };
  }
  if (wish.kind !== 'release') return emptyPlan;
  const { model, version, commit } = wish.request;
  const effect: Effect = {
    kind: 'publish-check',
    head: commit,
    number: null,
    check: {
      name: releaseCheckName(model),
      status: 'completed',
      conclusion: 'failure',
      title: `Not proposed: ${model} ${version}`,
      summary: `### ${code(model)} ${code(version)} was not proposed\n\n${prose(sentence, 2000)}\n\n${text('Type')} ${code(`/release -m ${model}`)} in a pull request to try again.`,
      text: '',
      detailsUrl: null,
      annotations: [],
      buttons: [],
    },
  };
  return { changes: [], effects: [effect] };
}

import type { CommandOf } from '../../command/command.ts';
import { renderCommand } from '../../command/render.ts';
import type { Digest } from '../../digest.ts';
import type { ReleaseOffer } from '../../facts/release-offer-facts.ts';
import { manifestPath } from '../../registry/manifest.ts';
import type { CandidateSource, ReleaseRequest } from '../../registry/release-request.ts';
import { compareVersions, nextVersion } from '../../registry/version.ts';
import { code } from '../../render/escape.ts';
import { modelArtifact } from '../../run-plan.ts';
import { isAcceptable } from '../champion.ts';
import { judge } from '../judge.ts';
import { firstVersion, isServable } from '../release/servable.ts';
import { storing } from '../release/storing.ts';
import { headRefusal } from './head.ts';
import { unknownModel } from './model.ts';
import { type Answer, policyHere, refuse, type Scene } from './scene.ts';
import { listed } from './target.ts';

type Release = CommandOf<'release'>;
type Refused = Extract<Answer, { readonly kind: 'refused' }>;

/** What may be released: a candidate that was judged good, and where its bytes are. */
type Candidate = Pick<ReleaseRequest, 'claim' | 'commit' | 'source' | 'digest' | 'bytes' | 'format'> & {
  readonly part: ReleaseRequest['part'];
};

/**
 * Has a judged candidate stored for good and proposed as a release: that of the pull request, or, where it has none of the
 * model or is closed, the champion of the default branch.
 */
export function release(command: Release, scene: Scene): Answer {
  const policy = policyHere(scene);
  const offers = scene.facts.release;
  if (policy === null || offers === null) {
    const reason = 'the default branch has no policy that can be used';
    return refuse(command, { code: 'no-policy', reason, fix: 'Add or mend `.github/siskin.yml` there first.' });
  }
  const models = Object.keys(policy.models);
  const unknown = unknownModel(command, models);
  if (unknown !== null) return unknown;
  const chosen = command.model ?? onlyModel(scene, models);
  if (chosen === null) {
    const choices = models.map((model) => renderCommand({ ...command, model, dryRun: false }));
    return refuse(command, {
      code: 'target-missing',
      reason: 'it does not say which model',
      fix: `Type ${listed(choices)}.`,
    });
  }
  const offer = offers.find(({ model }) => model === chosen);
  if (offer === undefined) return nothingJudged(command, chosen);
  const found = candidateOf(command, { scene, offer });
  if (found.kind === 'refused') return found;
  const version = versionFor(command, { offer, candidate: found.candidate });
  if (version.kind === 'refused') return version;
  const { intent } = scene;
  const { source } = intent;
  const request: ReleaseRequest = {
    ...found.candidate,
    id: source.kind === 'comment' ? `comment-${source.commentId}` : `button-${source.press}`,
    model: chosen,
    version: version.version,
    versionBy: command.version === null ? 'next' : 'person',
    number: intent.number,
    by: intent.actor.login,
  };
  const plan = {
    changes: [],
    effects: [storing(request, policy.release)],
  };
  const says = `> 📦 Storing ${code(chosen)} ${code(request.version)} (${code(request.digest.slice(0, 19))}); the release pull request follows.`;
  return { kind: 'done', plan, says };
}

/** The only model of the policy, or the only one that the pull request has a candidate of. */
function onlyModel({ facts: { pull } }: Scene, models: readonly string[]): string | null {
  const judged = (pull?.shown?.view.models ?? []).filter(
    ({ state }) => state.kind === 'judged' && state.result.evaluation !== null,
  );
  const candidates = models.length === 1 ? models : judged.map(({ model }) => model);
  return candidates.length === 1 ? (candidates[0] ?? null) : null;
}

function candidateOf(
  command: Release,
  { scene, offer }: { readonly scene: Scene; readonly offer: ReleaseOffer },
): Refused | { readonly kind: 'found'; readonly candidate: Candidate } {
  const { pull } = scene.facts;
  const { model } = offer;
  const folder = offer.policy.model?.replace(/\/*$/, '/');
  if (folder !== undefined && manifestPath(model).startsWith(folder)) {
    return refuse(command, {
      code: 'no-candidate',
      reason: `${code(model)} is the folder in which its release manifest would stand, and every release would make it another model`,
      fix: `Move the model, e.g. to \`models/${model}/model\`, and correct \`model\` in the policy.`,
    });
  }
  const view = pull?.shown?.view.models.find((one) => one.model === model);
  if (pull === null || view === undefined || view.state.kind === 'nothing') return champion(command, offer);
  const moved = headRefusal(command, { ...scene, pull });
  if (moved?.kind === 'refused') return moved;
  const claim = pull.shown?.claims[model];
  const run = pull.runs.find((one) => one.claim === claim) ?? null;
  if (view.state.kind !== 'judged' || run === null || claim === undefined) return nothingJudged(command, model);
  const { judgement, result } = view.state;
  const own = policyHere(scene)?.models[model];
  const { evaluation } = result;
  if (evaluation === null || own === undefined) return champion(command, offer);
  const isGood =
    judgement.verdict === 'pass' || isAcceptable({ model, policy: own, result, approvals: pull.approvals });
  if (!isGood) {
    return refuse(command, {
      code: 'not-green',
      reason: `its candidate of ${pull.pull.head.sha.slice(0, 7)} did not pass: ${judgement.headline}`,
      fix: 'Release one that passes, or have a maintainer type `/override-gate` for what was missed.',
    });
  }
  const range = pull.judged.kind === 'valid' ? pull.judged.range : null;
  const facts = range?.models.find((one) => one.model === model) ?? null;
  const trains = run.models.some((one) => one.model === model && one.trains);
  const trained = trains ? run.runId : (facts?.sameTraining?.runId ?? null);
  const commit = run.head;
  const source: CandidateSource | null =
    own.model !== undefined
      ? { kind: 'committed', commit: pull.pull.head.sha, path: own.model }
      : trained === null
        ? null
        : { kind: 'run', runId: trained, artifact: modelArtifact(model) };
  const causes = view.causes.filter(
    (cause) => cause === 'code' || cause === 'parameters' || cause === 'environment' || cause === 'model',
  );
  return checked(command, {
    model,
    source,
    claim,
    commit,
    identity: evaluation.candidate,
    part: causes.length > 0 ? 'minor' : 'patch',
  });
}

/** What the default branch accepted last. */
function champion(
  command: Release,
  { model, champion: kept, run, policy }: ReleaseOffer,
): ReturnType<typeof candidateOf> {
  const result = run?.results[model];
  const identity = result?.evaluation?.candidate;
  if (kept === null || run === null || result === undefined || identity === undefined)
    return nothingJudged(command, model);
  const { verdict } = judge({ model, policy, result });
  if (verdict === 'fail' || verdict === 'error') return nothingJudged(command, model);
  const source: CandidateSource = { kind: 'run', runId: kept.runId, artifact: kept.artifact };
  return checked(command, { model, source, claim: run.claim, commit: run.head, identity, part: 'patch' });
}

function checked(
  command: Release,
  found: {
    readonly model: string;
    readonly source: CandidateSource | null;
    readonly claim: string;
    readonly commit: string;
    readonly identity: { readonly format: string; readonly digest: string; readonly bytes: number };
    readonly part: ReleaseRequest['part'];
  },
): ReturnType<typeof candidateOf> {
  const { model, source, claim, commit, identity, part } = found;
  const { format, bytes } = identity;
  if (!isServable(format)) {
    const what = format === 'predictions' ? 'a table of predictions' : 'a program';
    return refuse(command, {
      code: 'no-candidate',
      reason: `the candidate of ${code(model)} is ${what}, which no platform serves`,
      fix: 'Have the training write an ONNX file or a TensorFlow.js folder.',
    });
  }
  if (source === null) return nothingJudged(command, model);
  // The report's pattern is the type's.
  const digest = identity.digest as Digest;
  return { kind: 'found', candidate: { source, claim, commit, digest, bytes, format, part } };
}

function versionFor(
  command: Release,
  { offer, candidate }: { readonly offer: ReleaseOffer; readonly candidate: Candidate },
): Refused | { readonly kind: 'version'; readonly version: string } {
  const { manifest, model } = offer;
  if (manifest.kind === 'invalid') {
    return refuse(command, {
      code: 'manifest-invalid',
      reason: `the manifest of ${code(model)} on the default branch cannot be read`,
      fix: `Mend \`models/${model}/release.yml\` there first; its check lists what is wrong.`,
    });
  }
  const released = manifest.kind === 'valid' ? manifest.manifest : null;
  if (released !== null && released.artifact.digest === candidate.digest) {
    return refuse(command, {
      code: 'nothing-to-do',
      reason: `these bytes are released already, as ${code(released.version)}`,
      fix: 'Type `/promote` to bring them to the next environment.',
    });
  }
  const next = released === null ? firstVersion : nextVersion(released.version, candidate.part);
  if (command.version === null) return { kind: 'version', version: next };
  if (released === null || compareVersions(command.version, released.version) > 0) {
    return { kind: 'version', version: command.version };
  }
  return refuse(command, {
    code: 'version-taken',
    reason: `${code(released.version)} is released already, and ${code(command.version)} is not above it`,
    fix: `Type \`${renderCommand({ ...command, version: next, model, dryRun: false })}\`.`,
  });
}

function nothingJudged(command: Release, model: string): Refused {
  return refuse(command, {
    code: 'no-candidate',
    reason: `no candidate of ${code(model)} was judged here, and the default branch has accepted none`,
    fix: `Type \`/train -m ${model}\` or \`/evaluate -m ${model}\` first.`,
  });
}

import type { EnvironmentChange, ManifestAt, ReleaseSubject } from '../../../src/facts/release-facts.ts';
import { parsePolicy } from '../../../src/policy/parse.ts';
import type { Policy } from '../../../src/policy/policy.ts';
import { setEnvironment, setRelease } from '../../../src/registry/edit-manifest.ts';
import { parseManifest, type ReleaseManifest } from '../../../src/registry/manifest.ts';
import { newRollout, type RolloutRecord, type RolloutState } from '../../../src/rollout/rollout-record.ts';
import { aResult } from '../../result-builder.ts';
import { aRun } from '../../run-builder.ts';

/** A digest that is easy to tell from others. */
export function digest(letter: string): `sha256:${string}` {
  return `sha256:${letter.repeat(64)}`;
}

export const commit = 'c'.repeat(40);

/** A policy with one model and a chain of environments, changed in what a test states. */
export function aPolicy(environments = '{ staging: {}, production: { after: staging } }'): Policy {
  const text = `version: 1
models:
  late:
    task: binary
    target: is_late
    data: { train: data/train.csv, holdout: data/holdout.csv }
    train: { command: python train.py, output: out/late.onnx }
    metrics: { roc-auc: { at-least: 0.5 } }
environments: ${environments}
`;
  const parsed = parsePolicy({ text, file: '.github/siskin.yml' });
  if (parsed.kind === 'invalid') throw new Error(JSON.stringify(parsed.problems));
  return parsed.policy;
}

/** A manifest of version 1.4.0 of the bytes `a`. */
export function aManifest(changes: Partial<ReleaseManifest> = {}): ReleaseManifest {
  return {
    format: 1,
    model: 'late',
    version: '1.4.0',
    artifact: { uri: 'https://store.test/a', digest: digest('a'), bytes: 10, format: 'onnx' },
    lineage: { commit, run: '700', data: [], parameters: {}, environment: {} },
    metrics: {},
    environments: {},
    rejected: [],
    ...changes,
  };
}

/** What serves where. */
export function entry(version: string, letter: string) {
  return { version, digest: digest(letter), uri: `https://store.test/${letter}` };
}

/** An environment that is to serve version 1.4.0 in place of nothing. */
export function aChange(changes: Partial<EnvironmentChange> = {}): EnvironmentChange {
  return {
    environment: 'staging',
    policy: aPolicy().environments['staging'] ?? null,
    before: null,
    after: entry('1.4.0', 'a'),
    examination: null,
    bytes: [],
    rollouts: [],
    upstream: [],
    ...changes,
  };
}

/** A new version for staging with which all is well. */
export function aSubject(changes: Partial<ReleaseSubject> = {}): ReleaseSubject {
  const manifest = aManifest({ environments: { staging: entry('1.4.0', 'a') } });
  const result = aResult({ model: 'late', head: commit });
  const { evaluation } = result;
  if (evaluation === null) throw new Error('expected an evaluation in the built result');
  const measured = {
    ...result,
    evaluation: { ...evaluation, candidate: { ...evaluation.candidate, digest: digest('a') } },
  };
  return {
    model: 'late',
    path: 'models/late/release.yml',
    policy: aPolicy(),
    base: { kind: 'absent' },
    isBehind: false,
    rejected: [],
    head: { kind: 'valid', text: '', manifest },
    isNewVersion: true,
    registered: null,
    bytes: [],
    signature: [],
    isOnBranch: true,
    champion: null,
    run: aRun({ head: commit, runId: 700, results: { late: measured } }),
    approvals: [],
    changes: [aChange()],
    ...changes,
  };
}

/** A rollout of bytes to an environment in a state: `a` is version 1.4.0 and all others are 1.3.0. */
export function aRollout(letter: string, state: RolloutState, changes: Partial<RolloutRecord> = {}): RolloutRecord {
  const rollout = newRollout({
    repositoryId: 1,
    model: 'late',
    environment: 'staging',
    release: entry(letter === 'a' ? '1.4.0' : '1.3.0', letter),
    previous: null,
    number: 5,
    mergeSha: letter.repeat(40),
    by: 'ada',
    policy: aPolicy().environments['staging'] as RolloutRecord['policy'], // that of the policy above
    createdAt: '2026-05-01T10:00:00.000Z',
  });
  return { ...rollout, state, ...changes };
}

/** The problems of a manifest as its check would find them. */
export function invalid(text: string): ReleaseSubject['head'] {
  const parsed = parseManifest(text, 'models/late/release.yml');
  if (parsed.kind === 'valid') throw new Error('expected a broken manifest');
  return { kind: 'invalid', text, problems: parsed.problems };
}

/** A manifest of a version of these bytes, serving where it says. */
export function at(
  version: string,
  letter: string,
  environments: Readonly<Record<string, ReturnType<typeof entry>>> = {},
): ManifestAt {
  const { model, lineage, metrics } = aManifest();
  const artifact = { ...aManifest().artifact, digest: digest(letter), uri: `https://store.test/${letter}` };
  let edited = setRelease(null, { model, version, artifact, lineage, metrics });
  for (const [environment, release] of Object.entries(environments)) {
    if (edited.kind === 'edited') edited = setEnvironment(edited.text, { model, environment, release });
  }
  if (edited.kind === 'invalid') throw new Error(JSON.stringify(edited.problems));
  return { kind: 'valid', text: edited.text, manifest: edited.manifest };
}

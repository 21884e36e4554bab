import type { ChangedEnvironment } from '../decide/release/changed-environments.ts';
import type { ProposalFacts } from '../facts/proposal-facts.ts';
import type { Policy } from '../policy/policy.ts';
import type { ReleaseManifest } from '../registry/manifest.ts';
import { digestMarker } from '../registry/release-branch.ts';
import type { ReleaseWish } from '../registry/release-wish.ts';
import type { RunRecord } from '../store/run-record.ts';
import { code, link, prose, text } from './escape.ts';
import { details, shortSha, table } from './markdown.ts';
import { bytes, significant } from './number.ts';
import { rolloutPreview } from './rollout-preview.ts';

/** What a release pull request says: what is released where, how it gets there, and what it was made from. */
export function releaseBody(options: {
  readonly manifest: ReleaseManifest;
  readonly before: ReleaseManifest | null;
  readonly changes: readonly ChangedEnvironment[];
  readonly policy: Policy;
  readonly run: RunRecord | null;
  readonly examination: ProposalFacts['examination'];
  readonly wish: ReleaseWish;
}): string {
  const { manifest, before, changes, policy, run, examination } = options;
  const isNewVersion = before?.version !== manifest.version;
  return [
    opening(options, isNewVersion),
    isNewVersion ? metricsTable(manifest, before) : '',
    ...changes.map((change) => {
      const found = examination?.environment === change.environment ? examination.found : null;
      const own = Object.hasOwn(policy.environments, change.environment)
        ? policy.environments[change.environment]
        : undefined;
      return own === undefined ? '' : rolloutPreview(change, { policy: own, found });
    }),
    isNewVersion ? lineage(manifest, run) : '',
    'Merging this is the deployment; closing it releases nothing. Whatever is wrong here, correct it on this branch: Siskin then leaves the branch to you.',
    digestMarker(manifest.artifact.digest),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

function opening(
  { manifest, before, changes, wish }: Parameters<typeof releaseBody>[0],
  isNewVersion: boolean,
): string {
  const { model, version } = manifest;
  const places = changes.map(({ environment, before: old, after }) => {
    const from = old === null ? 'nothing' : code(old.version);
    return `- ${code(environment)}: from ${from} to ${after === null ? 'nothing' : code(after.version)}`;
  });
  const what = isNewVersion
    ? `Releases ${code(model)} ${code(version)}${before === null ? ', its first version' : `, after ${code(before.version)}`}.`
    : `Brings ${code(model)} to where it does not serve yet.`;
  const by = wish.kind === 'release' ? askedBy(wish.request) : '';
  const list = places.length === 0 ? 'It is only registered: the policy names no environment.' : places.join('\n');
  return [`${what}${by}`, list].join('\n\n');
}

function askedBy({ by, number }: Extract<ReleaseWish, { readonly kind: 'release' }>['request']): string {
  if (by === 'siskin') return ' Its candidate won after a change of data on the default branch.';
  return ` ${text(by)} asked for it${number === null ? '' : ` in #${number}`}.`;
}

function metricsTable({ metrics }: ReleaseManifest, before: ReleaseManifest | null): string {
  const names = Object.keys(metrics);
  if (names.length === 0) return '';
  const rows = names.map((name) => {
    const old = before !== null && Object.hasOwn(before.metrics, name) ? before.metrics[name] : undefined;
    return [
      code(name),
      old === undefined ? '–' : significant(old.value),
      significant(metrics[name]?.value ?? Number.NaN),
    ];
  });
  const columns = [
    { title: 'On the holdout', align: 'left' },
    { title: before === null ? 'before' : `${before.version}`, align: 'right' },
    { title: 'now', align: 'right' },
  ] as const;
  return `### Measured\n\n${table(columns, rows)}`;
}

function lineage({ lineage: from, artifact }: ReleaseManifest, run: RunRecord | null): string {
  const data = from.data.map(({ path, digest }) => `${code(path)} ${code(digest.slice(0, 19))}`);
  const parameters = Object.entries(from.parameters).map(([name, value]) => `${code(name)} ${code(String(value))}`);
  const environment = Object.entries(from.environment).map(([name, value]) => `${code(name)} ${code(value)}`);
  const lines = [
    `- commit ${code(shortSha(from.commit))}${run?.pullRequest == null ? '' : ` of #${run.pullRequest}`}`,
    ...(from.run === undefined ? [] : [`- run ${run?.url == null ? code(from.run) : link(from.run, run.url)}`]),
    `- ${code(artifact.format)}, ${bytes(artifact.bytes)}, ${code(artifact.digest)}`,
    `- kept at ${code(artifact.uri, 500)}`,
    ...(data.length === 0 ? [] : [`- data ${data.join(', ')}`]),
    ...(parameters.length === 0 ? [] : [`- parameters ${parameters.join(', ')}`]),
    ...(environment.length === 0 ? [] : [`- environment ${environment.join(', ')}`]),
  ];
  return details(prose('What it was made from'), lines.join('\n'));
}

import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { readTags } from '../../src/registry/read-tags.ts';
import { registryState } from '../../src/registry/registry-state.ts';
import { versionTag } from '../../src/registry/version-tag.ts';
import { assignment, namedTags } from '../../src/rollout/release-tags.ts';
import { GitRepository } from '../registry/git-repository.ts';
import { toolAt } from './tool.ts';

const stages = ['dev', 'staging', 'production'];

/** What GTO says of a repository, asked through its own interface. */
const asking = `
import json, sys
from gto import api
repository, stages = sys.argv[1], json.loads(sys.argv[2])
shown = api.show(repository)
print(json.dumps({
  "show": shown,
  "versions": {name: [v["version"] for v in api.show(repository, name)] for name in shown},
  "history": [{k: e[k] for k in ("artifact", "event", "version", "stage", "commit", "ref")} for e in api.history(repository, ascending=True)],
  "which": {name: {stage: [v.version for v in api.find_versions_in_stage(repository, name, stage) or []] for stage in stages} for name in shown},
}))
`;

interface Answer {
  readonly show: Readonly<
    Record<string, { readonly version: string; readonly stage: Readonly<Record<string, string>> }>
  >;
  readonly versions: Readonly<Record<string, readonly string[]>>;
  readonly history: readonly Readonly<Record<string, string | null>>[];
  readonly which: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
}

test('GTO reads the tags of releases, promotions and rollbacks as we do', async () => {
  using repository = new GitRepository();
  const commits = repository.commits(Array.from({ length: 4 }, (_, at) => ({ at: 1_700_000_000 + at, files: {} })));
  const models = ['fraud', 'churn', 'eu/fraud-2'];
  const releases = ['1.9.0', '1.10.0', '2.0.0-rc.1', '2.0.0'];
  const deployments = [
    ...['1.9.0', '1.10.0', '1.9.0', '2.0.0-rc.1', '2.0.0', '1.10.0'].map((version) => ({
      version,
      stage: 'production',
    })),
    ...['1.9.0', '2.0.0'].map((version) => ({ version, stage: 'staging' })),
  ];
  let at = 1_700_000_100;
  for (const model of models) {
    const commitOf = new Map(releases.map((version, index) => [version, commits[index] ?? '']));
    const registered = [...commitOf].map(([version, commit]) => {
      at += 1;
      return { name: versionTag(model, version), commit, at };
    });
    repository.tags(registered);
    for (const { version, stage: environment } of deployments) {
      const { tags } = await readTags({ folder: repository.folder, cache: null });
      const known = new Map(tags.map(({ name, commit }) => [name, commit]));
      const { counter, ofStage } = namedTags([...known.keys()], { model, environment });
      const assigned = ofStage.map((name) => ({ name, sha: known.get(name) ?? '' }));
      const wish = { model, environment, sha: commitOf.get(version) ?? '', counter };
      const made = assignment(assigned, wish).tags.map(({ name, sha: commit }) => {
        at += 1;
        return { name, commit, at };
      });
      repository.tags(made);
    }
  }
  repository.git(['tag', 'fraud@v9.9.9']);
  repository.git(['tag', '-a', '-m', 'no release', 'nightly-2026']);
  repository.git(['tag', '-a', '-m', 'taken back', 'churn@v2.0.0!', commits[3] ?? '']);

  const said = answer(repository.folder);
  const read = await readTags({ folder: repository.folder, cache: null });
  const ours = [...registryState(read.tags).values()];

  expect(read.ignored).toEqual(['fraud@v9.9.9']);
  for (const state of ours) {
    const name = state.artifact;
    const served = Object.fromEntries(
      Object.entries(state.stages).map(([stage, event]) => [stage, named(event.version)]),
    );
    const shown = Object.entries(said.show[name]?.stage ?? {}).filter(([, version]) => version !== null);
    expect(named(state.latest)).toBe(said.show[name]?.version);
    expect(Object.fromEntries(shown)).toEqual(served);
    expect(said.which[name]).toEqual(
      Object.fromEntries(stages.map((stage) => [stage, served[stage] === undefined ? [] : [served[stage]]])),
    );
    const active = state.versions.filter(({ isActive }) => isActive).map(({ version }) => named(version));
    expect(said.versions[name]).toEqual(active);
    const events = state.events.map((event) => ({
      artifact: name,
      event: nouns[event.action.kind],
      version: named(event.version),
      stage: 'stage' in event.action ? event.action.stage : null,
      commit: event.commit,
      ref: event.name,
    }));
    expect(said.history.filter(({ artifact }) => artifact === name)).toEqual(events);
  }
  expect(ours.map(({ artifact }) => artifact).sort()).toEqual(Object.keys(said.show).sort());
}, 60_000);

const nouns = {
  register: 'registration',
  deregister: 'deregistration',
  assign: 'assignment',
  unassign: 'unassignment',
  deprecate: 'deprecation',
  create: 'creation',
} as const;

function answer(folder: string): Answer {
  const text = execFileSync(toolAt('SISKIN_PYTHON'), ['-c', asking, folder, JSON.stringify(stages)], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return JSON.parse(text) as Answer; // the script above wrote it
}

/** GTO writes a version with its `v`. */
function named(version: string | null): string | null {
  return version === null ? null : `v${version}`;
}

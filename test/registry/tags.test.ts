import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type ArtifactState, gitTag, registryState } from '../../src/registry/registry-state.ts';
import { parseTag, type RegistryTag, renderTag } from '../../src/registry/tags.ts';
import { compareVersions, isVersion, nextVersion } from '../../src/registry/version.ts';
import { assignment, namedTags } from '../../src/rollout/release-tags.ts';

const [one, two, three] = ['1'.repeat(40), '2'.repeat(40), '3'.repeat(40)];

describe('the name of a tag', () => {
  test.each<[string, RegistryTag]>([
    ['fraud@v1.4.0', { artifact: 'fraud', action: { kind: 'register', version: '1.4.0' }, counter: null }],
    ['fraud@v1.4.0!#3', { artifact: 'fraud', action: { kind: 'deregister', version: '1.4.0' }, counter: 3 }],
    ['fraud#production#7', { artifact: 'fraud', action: { kind: 'assign', stage: 'production' }, counter: 7 }],
    ['fraud#production!', { artifact: 'fraud', action: { kind: 'unassign', stage: 'production' }, counter: null }],
    ['a/b=fraud@deprecated#2', { artifact: 'a/b:fraud', action: { kind: 'deprecate' }, counter: 2 }],
    ['fraud@created', { artifact: 'fraud', action: { kind: 'create' }, counter: null }],
    ['x@v1.0.0-rc.1+b', { artifact: 'x', action: { kind: 'register', version: '1.0.0-rc.1+b' }, counter: null }],
  ])('%s is understood, and written the same', (text, meaning) => {
    expect(parseTag(text)).toEqual(meaning);
    expect(renderTag(meaning)).toBe(text);
  });

  test.each([
    'v1.0.0',
    'fraud@1.0.0',
    'fraud@v1.0',
    'fraud@v01.0.0',
    'fraud@latest',
    'fraud@deprecated!',
    '-fraud@v1.0.0',
    'fraud-#prod',
    'fraud#prod#x',
    'fraud#prod#1#2',
    'a=b=c@v1.0.0',
    'frаud@v1.0.0',
    'fraud@v1.0.0\n',
    `${'a'.repeat(600)}@v1.0.0`,
    '',
  ])('%j is no registry’s', (text) => expect(parseTag(text)).toBeNull());

  test('survives any taking apart and putting together', () => {
    const word = fc.stringMatching(/^[a-zA-Z0-9]([a-zA-Z0-9/_-]{0,8}[a-zA-Z0-9])?$/);
    const version = fc.stringMatching(/^[1-9]\.[1-9]\.0(-(rc|0|a-b)(\.[1-9])?)?(\+[0-9a]{1,3})?$/);
    const action = fc.oneof(
      fc.record({ kind: fc.constantFrom('register' as const, 'deregister' as const), version }),
      fc.record({ kind: fc.constantFrom('assign' as const, 'unassign' as const), stage: word }),
      fc.record({ kind: fc.constantFrom('deprecate' as const, 'create' as const) }),
    );
    const artifact = fc.oneof(
      word,
      fc.tuple(word, word).map(([folder, name]) => `${folder}:${name}`),
    );
    fc.assert(
      fc.property(fc.record({ artifact, action, counter: fc.option(fc.nat()) }), (tag) => {
        const text = renderTag(tag);
        expect(text === null ? null : parseTag(text)).toEqual(tag);
      }),
    );
    fc.assert(fc.property(fc.string(), (text) => void parseTag(text)));
  });
});

test('versions are ordered as semver.org orders its own examples, and numbers of any length', () => {
  const ascending = [
    '0.9.99999999999999999999',
    '1.0.0-alpha',
    '1.0.0-alpha.1',
    '1.0.0-alpha.beta',
    '1.0.0-beta',
    '1.0.0-beta.2',
    '1.0.0-beta.11',
    '1.0.0-rc.1',
    '1.0.0',
    '1.0.99999999999999999999',
    '1.0.100000000000000000000',
  ];

  expect([...ascending].reverse().sort(compareVersions)).toEqual(ascending);
  expect(compareVersions('1.0.0+a', '1.0.0+b')).toBe(0);
  expect(['1.0', 'v1.0.0', '1.0.0-01', '1.0.0-', '1.0.0+', '01.0.0'].filter(isVersion)).toEqual([]);
});

test('the next version of a release candidate is its release', () => {
  expect(nextVersion('1.4.2', 'minor')).toBe('1.5.0');
  expect(nextVersion('1.4.2', 'major')).toBe('2.0.0');
  expect(nextVersion('2.0.0-rc.1', 'patch')).toBe('2.0.0');
  expect(nextVersion('2.0.0-rc.1', 'major')).toBe('2.0.0');
  expect(nextVersion('2.1.0-rc.1', 'minor')).toBe('2.1.0');
  expect(nextVersion('2.1.1', 'patch')).toBe('2.1.2');
});

describe('the tags of a model say', () => {
  test('which version each stage has, and the newest that is registered', () => {
    const state = stateOf(
      ['fraud@v1.9.0', one, 10],
      ['fraud@v1.10.0', two, 20],
      ['fraud#production#1', one, 30],
      ['fraud#dev#2', two, 31],
      ['fraud#production#3', two, 40],
    );

    expect(state).toMatchObject({ latest: '1.10.0', counter: 3, isActive: true });
    expect(state.versions.map(({ version }) => version)).toEqual(['1.10.0', '1.9.0']);
    expect(served(state)).toEqual({ dev: '1.10.0', production: '1.10.0' });
  });

  test('by their counters what came first within one second', () => {
    const state = stateOf(
      ['fraud@v1.0.0', one, 1],
      ['fraud@v1.1.0', two, 2],
      ['fraud#production#10', one, 5],
      ['fraud#production#9', two, 5],
    );

    expect(served(state)).toEqual({ production: '1.0.0' });
  });

  test('that a stage falls back when its version is unassigned or deregistered', () => {
    const both = [
      ['fraud@v1.0.0', one, 1],
      ['fraud@v1.1.0', two, 2],
      ['fraud#production#1', one, 3],
      ['fraud#production#2', two, 4],
    ] as const;

    expect(served(stateOf(...both, ['fraud#production!#3', two, 5]))).toEqual({ production: '1.0.0' });
    expect(served(stateOf(...both, ['fraud@v1.1.0!#3', two, 5]))).toEqual({ production: '1.0.0' });
    expect(served(stateOf(...both, ['fraud#production!#3', two, 5], ['fraud#production!#4', one, 6]))).toEqual({});
  });

  test('that a version stays where it was registered first', () => {
    const state = stateOf(['fraud@v1.0.0', one, 1], ['fraud@v1.0.0#2', two, 2]);

    expect(state.versions).toMatchObject([{ version: '1.0.0', commit: one, isActive: true }]);
  });

  test('the commit itself where nothing was registered', () => {
    expect(served(stateOf(['fraud#production#1', three, 1]))).toEqual({ production: three });
  });

  test('that a model is deprecated until something happens to it again', () => {
    expect(stateOf(['fraud@v1.0.0', one, 1], ['fraud@deprecated#1', one, 2]).isActive).toBe(false);
    expect(stateOf(['fraud@deprecated#1', one, 2], ['fraud@v1.0.0', one, 3]).isActive).toBe(true);
  });
});

describe('the tags of an environment', () => {
  test('lead to what was wished, from any history, and then to nothing', () => {
    const wishes = fc.array(
      fc.record({ sha: fc.constantFrom(one, two), environment: fc.constantFrom('dev', 'production') }),
      { maxLength: 8 },
    );
    fc.assert(
      fc.property(wishes, (all) => {
        let tags: [string, string, number][] = [
          ['fraud@v1.0.0', one, 3],
          ['fraud@v1.1.0', two, 3],
        ];
        const next = (wish: { readonly sha: string; readonly environment: string }) => {
          const of = { model: 'fraud', environment: wish.environment };
          const { counter, ofStage } = namedTags(
            tags.map(([name]) => name),
            of,
          );
          const known = new Map(tags.map(([name, sha]) => [name, sha]));
          const assigned = ofStage.map((name) => ({ name, sha: known.get(name) ?? '' }));
          return assignment(assigned, { ...of, sha: wish.sha, counter });
        };
        for (const wish of all) {
          const made = next(wish).tags.map(({ name, sha }, at): [string, string, number] => [
            name,
            sha,
            10 + tags.length + at,
          ]);
          tags = [...tags, ...made];
          expect(served(stateOf(...tags))[wish.environment]).toBe(wish.sha === one ? '1.0.0' : '1.1.0');
          expect(next(wish)).toEqual({ stands: expect.stringContaining(`#${wish.environment}#`), tags: [] });
        }
        expect(new Set(tags.map(([name]) => name)).size).toBe(tags.length);
      }),
    );
  });
});

function stateOf(...tags: readonly (readonly [string, string, number])[]): ArtifactState {
  const read = tags.map(([name, commit, at]) => gitTag({ name, commit, at, by: 'Ada' }));
  const state = registryState(read.filter((tag) => tag !== null)).get('fraud');
  if (state === undefined) throw new Error('no tag of fraud');
  return state;
}

function served(state: ArtifactState) {
  return Object.fromEntries(Object.entries(state.stages).map(([stage, { version }]) => [stage, version]));
}

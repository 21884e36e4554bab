import { afterAll, beforeAll, expect, it } from 'vitest';
import { readMarkdown } from '../../render/markdown-check.ts';
import { openTestStore, type TestStore } from '../../store/test-store.ts';
import { flights, openWorld, policyText } from '../../world.ts';

let test: TestStore;
beforeAll(async () => {
  test = await openTestStore();
});
afterAll(() => test[Symbol.asyncDispose]());

const payload = '@octo/all <img src=x onerror=y> ![x](https://e.vil) </details> | a \\` #1 [b](javascript:c)';
/** Folds and what stands in them are ours. */
const ours = /^<\/?(?:details|summary|code)>$|^<details><summary>|^<sub>|^<!-- siskin/;

it('answers hostile words with text: no tag, link, picture or mention of theirs takes effect', async () => {
  const policy = policyText.replace('command: python train.py', `command: ${JSON.stringify(payload)}`);
  const files = { ...flights, '.github/siskin.yml': `${policy}environments: { staging: {} }\n` };
  const world = await openWorld(test, files);
  world.github.roles.set('root', 'admin');
  world.github.commit('feature', { 'src/features.py': 'x' });
  const number = world.github.openPull('feature');
  await world.check(number);
  const lines = [
    `/siskin ${payload}`,
    `/train ${payload}`,
    `/train -m ${payload}`,
    `/explain ${payload}`,
    '/explain constructor',
    '/explain __proto__',
    `/lock ${payload}`,
    '/lock toString -m late --for 1h',
    `/override-gate ${payload}`,
    `/lock staging -m late --for 1h --reason "${payload}"`,
    `/freeze runs --for 1h --reason "${payload}" --dry-run`,
    `/compare @0000000`,
    '/locks',
    '/explain',
    '/config',
  ];

  for (const line of lines) {
    const plan = await world.comment(number, line, 'root');
    const bodies = plan.effects.flatMap((effect) =>
      effect.kind === 'reply' || effect.kind === 'publish-comment' ? [effect.body] : [],
    );
    const read = bodies.map(readMarkdown);

    expect(bodies, line).not.toEqual([]);
    expect(
      read.flatMap(({ tags }) => tags).filter((tag) => !ours.test(tag)),
      line,
    ).toEqual([]);
    expect(
      read.flatMap(({ links }) => links).filter((link) => /e\.vil|javascript/.test(link)),
      line,
    ).toEqual([]);
    expect(
      read.flatMap(({ mentions }) => mentions).filter((one) => one.startsWith('@')),
      line,
    ).toEqual([]);
  }
});

it('answers with the names of runners and roles as text', async () => {
  const forks = 'forks: { runner: ["`<img src=x> @octo/all"] }\n';
  const world = await openWorld(test, { ...flights, '.github/siskin.yml': `${policyText}${forks}` });
  world.github.roles.set('root', 'admin').set('eve', '<img src=x> @octo/all extends read');
  world.github.commit('feature', { 'src/features.py': 'x' });
  const number = world.github.openPull('feature', { fork: true });
  const plans = [await world.comment(number, '/train', 'root'), await world.comment(number, '/train', 'eve')];
  const read = plans.map(({ effects }) =>
    effects.flatMap((one) => (one.kind === 'reply' ? [readMarkdown(one.body)] : [])),
  );

  expect(read.map(({ length }) => length)).toEqual([1, 1]);
  expect(read.flat().flatMap(({ tags, mentions }) => [...tags, ...mentions])).toEqual([]);
});

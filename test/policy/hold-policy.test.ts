import { expect, it } from 'vitest';
import { problemText } from '../../src/error.ts';
import { parsePolicy } from '../../src/policy/parse.ts';
import { policyText } from '../world.ts';

const parse = (text: string) => parsePolicy({ text: policyText + text, file: '.github/siskin.yml' });

it('holds for two hours, at most a day, and freezes for two weeks at most, unless told otherwise', () => {
  expect(parse('')).toMatchObject({
    policy: { locks: { 'default-minutes': 120, 'most-minutes': 1440 }, freezes: { 'most-hours': 336 } },
  });
});

it.each([
  ['locks: { default-minutes: 90, most-minutes: 60 }\n', /`default-minutes` of at most `most-minutes`/],
  ['locks: { most-minutes: 0 }\n', /`locks\.most-minutes`: expected .*1/],
  ['locks: { defalt-minutes: 5 }\n', /defalt-minutes.*default-minutes/],
  ['freezes: { most-hours: for ever }\n', /`freezes\.most-hours`: expected/],
  ['freezes: { most-hours: 9000 }\n', /8760/],
])('refuses %s', (text, message) => {
  const parsed = parse(text);

  expect(parsed.kind === 'invalid' ? parsed.problems.map(problemText).join('\n') : '').toMatch(message);
});

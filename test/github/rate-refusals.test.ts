import { expect, it } from 'vitest';
import { localGithub, repository } from './local-github.ts';
import type { Reply } from './local-server.ts';

const date = 'Sun, 01 Mar 2026 12:00:00 GMT';
const noon = Date.parse(date) / 1000;
const refusal = (status: number, headers: Readonly<Record<string, string>>, message = 'no'): Reply => ({
  status,
  json: { message },
  headers: { date, ...headers },
});

it.each<[string, Reply, number]>([
  [
    'when the hour is spent, by its own clock',
    refusal(403, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(noon + 754) }),
    754,
  ],
  ['when it says for how long', refusal(403, { 'retry-after': '30' }, 'You have exceeded a secondary rate limit'), 30],
  ['when it does not say for how long', refusal(403, {}, 'You have exceeded a secondary rate limit'), 60],
  ['when it answers 429', refusal(429, { 'retry-after': '7' }), 7],
  ['when it answers 429 and nothing else', refusal(429, {}), 60],
  [
    'when it names an instant that is over',
    refusal(403, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(noon - 5) }),
    1,
  ],
  [
    'when it names an instant far away',
    refusal(403, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(noon + 99_999) }),
    3600,
  ],
  ['when it names nonsense', refusal(403, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': 'soon' }), 60],
  ['when it is down and says until when', refusal(503, { 'retry-after': '12' }), 12],
])('a reader is told how long to wait: %s', async (_, reply, seconds) => {
  await using github = await localGithub({ 'GET pulls/5': reply });

  await expect(github.reader.readPullRequest(repository, 5)).rejects.toMatchObject({
    code: 'unavailable',
    retryAfterSeconds: seconds,
  });
});

it.each<[string, Reply, string]>([
  ['a missing permission', refusal(403, { 'x-accepted-github-permissions': 'pull_requests=read' }), 'not-permitted'],
  ['a mistake of GitHub', refusal(502, {}), 'unavailable'],
])('%s is no refusal for the rate', async (_, reply, code) => {
  await using github = await localGithub({ 'GET pulls/5': reply });

  await expect(github.reader.readPullRequest(repository, 5)).rejects.toMatchObject({ code, retryAfterSeconds: null });
});

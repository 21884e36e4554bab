import { Probot, ProbotOctokit } from 'probot';
import { expect, it } from 'vitest';
import { recoverMissed } from '../../app/missed-deliveries.ts';
import { localServer } from '../github/local-server.ts';
import { appOptions } from './app-options.ts';

const now = new Date('2026-03-10T12:00:00Z');

const more = { link: '</app/hook/deliveries?cursor=next>; rel="next"' };

function delivery(id: number, guid: string, changes: object = {}) {
  return { id, guid, delivered_at: '2026-03-10T11:00:00Z', status: 'failed', status_code: 502, ...changes };
}

function minutesAgo(minutes: number): { readonly delivered_at: string } {
  return { delivered_at: new Date(now.getTime() - minutes * 60_000).toISOString() };
}

/** `pages` of GitHub's list, newest first, or the status with which it refuses the list. */
async function recover(pages: readonly (readonly object[])[] | number, known: readonly string[] = []) {
  await using github = await localServer({
    'GET /app/hook/deliveries':
      typeof pages === 'number'
        ? { status: pages, json: {} }
        : pages.map((page, place) => ({
            status: 200,
            json: page,
            headers: { date: now.toUTCString(), ...(place < pages.length - 1 ? more : {}) },
          })),
    ...Object.fromEntries(
      [1, 2, 3, 4, 5].map((id) => [`POST /app/hook/deliveries/${id}/attempts`, { status: 202, json: {} }]),
    ),
  });
  const { appId, privateKey } = appOptions(github.url);
  const Octokit = ProbotOctokit.defaults((options: object) => ({
    ...options,
    throttle: { enabled: false },
    retry: { enabled: false },
  }));
  const probot = await new Probot({ appId, privateKey, baseUrl: github.url, logLevel: 'fatal', Octokit }).ready();
  const store = { listKnownDeliveries: async (ids: readonly string[]) => known.filter((id) => ids.includes(id)) };
  await recoverMissed({ probot, store, log: probot.log, clock: () => now });
  return github.seen.filter(({ method }) => method === 'POST').map(({ path }) => path);
}

it('has a delivery sent again that never arrived', async () => {
  expect(await recover([[delivery(1, 'lost')]])).toEqual(['/app/hook/deliveries/1/attempts']);
});

it('has a delivery sent again to which nobody answered', async () => {
  const unanswered = delivery(1, 'lost', { status: 'failed to connect to host', status_code: 0 });

  expect(await recover([[unanswered]])).toEqual(['/app/hook/deliveries/1/attempts']);
});

it('finds one that was lost a busy while ago', async () => {
  const newest = Array.from({ length: 100 }, (_, place) => delivery(1000 + place, `kept-${place}`));
  const pages = [newest, [delivery(1, 'lost')]];

  expect(
    await recover(
      pages,
      newest.map(({ guid }) => guid),
    ),
  ).toEqual(['/app/hook/deliveries/1/attempts']);
});

it.each([
  ['arrived', [delivery(1, 'a', { status_code: 202 })], []],
  ['arrived at the second attempt', [delivery(2, 'a', { status_code: 202 }), delivery(1, 'a')], []],
  ['is kept here although GitHub saw no answer', [delivery(1, 'a')], ['a']],
  ['is older than three days', [delivery(1, 'a', { delivered_at: '2026-03-01T00:00:00Z' })], []],
  ['we refused four times', [1, 2, 3, 4].map((id) => delivery(id, 'a', { status_code: 413, ...minutesAgo(id) })), []],
  ['was tried again a moment ago', [delivery(2, 'a', minutesAgo(0.1)), delivery(1, 'a', minutesAgo(1))], []],
])('leaves alone what %s', async (_name, deliveries, known) => {
  expect(await recover([deliveries], known)).toEqual([]);
});

it('goes on trying where nobody answered, however often three replicas asked at the same time', async () => {
  const first = [1, 2, 3].map((id) => delivery(id, 'lost', minutesAgo(30)));
  const second = [4, 5].map((id) => delivery(id, 'lost', minutesAgo(20)));

  expect(await recover([[...second, ...first].toReversed()])).toHaveLength(1);
});

it.each([404, 501])('does without on a GitHub that answers %i', async (status) => {
  expect(await recover(status)).toEqual([]);
});

import { describe, expect, it } from 'vitest';
import type { Exchange } from '../../../sandbox/github/server/server.ts';
import { setStage } from './stage.ts';
import { walkEverywhere } from './walk.ts';

const at = { owner: 'ada', repo: 'flights' } as const;

describe('the local GitHub beside the published descriptions', () => {
  it('answers and tells as GitHub does on a walk through every route', async () => {
    await using stage = await setStage();
    const { github, conformance } = stage;

    await walkEverywhere(stage);

    const known = new Set(github.calls.map((call) => `${call.method} ${call.route}`));
    const untouched = github.routes
      .map((route) => `${route.method} ${route.path}`)
      .filter((operation) => !operation.includes('/actions/') && !known.has(operation));
    expect(conformance.violations).toEqual([]);
    expect(untouched).toEqual([]);
    expect(github.deliveries.filter((sending) => sending.statusCode !== 202)).toEqual([]);
  });

  it('notices what GitHub would not know in a request', async () => {
    await using stage = await setStage();
    const bot = await stage.asInstallation();

    await bot.request('GET /repos/{owner}/{repo}/pulls', { ...at, staet: 'open' });
    await bot.request('POST /repos/{owner}/{repo}/issues', { ...at, title: 'x', label: 'drift' });
    await bot.request('GET /repos/ada/flights/pulls?sort=size');
    await fetch(`${stage.github.apiUrl}/repos/ada/flights/pages`);

    expect(stage.conformance.violations.map(({ kind, problem }) => `${kind}: ${problem}`)).toEqual([
      'request: query parameter staet is not known to GitHub',
      'request: body field label is not known to GitHub',
      'request: query parameter sort / must be equal to one of the allowed values',
      'request: no such operation in the description that was given',
    ]);
  });

  it('notices an answer or a webhook that lacks a field or has one too many', async () => {
    await using stage = await setStage();
    const { github, conformance } = stage;
    const bot = await stage.asInstallation();
    const spoil = { onExchange: (exchange: Exchange) => void exchanges.push(exchange) };
    const exchanges: Exchange[] = [];
    github.observers.add(spoil);
    await bot.rest.repos.get(at);

    const [exchange] = exchanges;
    conformance.observer.onExchange?.({ ...must(exchange), answer: { status: 200, json: { id: 7 } } });
    const delivery = must(github.deliveries[0]);
    conformance.observer.onDelivery?.({ ...delivery, payload: { ...delivery.payload, mood: 'good' } });

    const problems = conformance.violations.map(({ kind, problem }) => `${kind}: ${problem}`);
    expect(problems).toContain("answer: / must have required property 'archive_url'");
    expect(problems).toContain('webhook: / must NOT have additional properties (mood)');
  });
});

function must<T>(value: T | undefined): T {
  if (value === undefined) {
    throw new Error('expected a value, found none');
  }
  return value;
}

import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { renderSplit } from '../../../src/rollout/serving/nginx/render-split.ts';
import { openNginx } from '../../../src/rollout/serving/nginx.ts';
import { parseSplitRecord, renderSplitRecord, splitRecordOf } from '../../../src/rollout/serving/proxy/split-record.ts';
import { localServer } from '../../github/local-server.ts';
import { modelOf } from './models.ts';
import { wish } from './platform-stage.ts';

const [one, two] = [modelOf('1'), modelOf('2')];

type Over = Partial<Parameters<typeof openNginx>[0]['connection']>;

/** What the adapter sees of nginx: a folder, a test, a reload after which a status says what the file said. */
async function openStage() {
  const folder = await mkdtemp(join(tmpdir(), 'nginx-'));
  const running = async (): Promise<string> => readFile(join(folder, 'running'), 'utf8').catch(() => '');
  const status = await localServer({
    'GET /siskin/fraud': async (_, response) => {
      response.end(/_state \{ default "(\S+)"; \}/.exec(await running())?.[1] ?? 'none');
    },
  });
  const opened = (over: Over = {}, service = '{model}') =>
    openNginx({
      connection: {
        folder,
        status: `${status.url}/siskin`,
        test: ['true'],
        reload: ['cp', join(folder, 'fraud.conf'), join(folder, 'running')],
        // Every version at once, since only the port is tried here; the zod type wants a place for the version.
        address: new URL(status.url).host,

        mirror: false,
        'timeout-seconds': 1,
        ...over,
      },
      target: { service },
      place: { model: 'fraud', name: 'edge' },
      placing: 'address',
    });
  return {
    folder,
    opened,
    running,
    status,
    platform: opened(),
    share: async () => Number(/_dice \{ ([\d.]+)% candidate;/.exec(await running())?.[1] ?? 0),
    async [Symbol.asyncDispose]() {
      await status[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

describe('nginx', () => {
  it('writes what nginx understands', () => {
    const audience = { header: 'X-Cohort', value: 'be"ta' };
    const traffic = wish({ fence: 7, champion: one, candidate: two, weight: 2.5, shadow: 10, audience });
    const given = { record: splitRecordOf(traffic), champion: 'a:1', candidate: 'b:2', audience };

    const { text, record } = renderSplit('fraud-eu', { ...given, placing: 'address' });

    expect(text.replaceAll(record, 'RECORD')).toMatchInlineSnapshot(`
      "# RECORD
      # Siskin writes this file; what is changed by hand is overwritten.
      split_clients "$request_id" $siskin_fraud_eu_dice { 2.5% candidate; * champion; }
      map "$http_x_cohort" $siskin_fraud_eu_may { "~^\\x62\\x65\\x22\\x74\\x61\\z" yes; default no; }
      map "$siskin_fraud_eu_may:$siskin_fraud_eu_dice" $siskin_fraud_eu_arm { "yes:candidate" candidate; default champion; }
      map $siskin_fraud_eu_arm $siskin_fraud_eu_upstream { candidate "b:2"; default "a:1"; }
      split_clients "$request_id copy" $siskin_fraud_eu_copy { 10% yes; * no; }
      map "$siskin_fraud_eu_arm:$siskin_fraud_eu_copy" $siskin_fraud_eu_mirror { "champion:yes" "b:2"; default ""; }
      map "" $siskin_fraud_eu_state { default "RECORD"; }
      "
    `);
  });

  it('puts the old file back when the new one does not pass the test', async () => {
    await using stage = await openStage();
    await stage.platform.apply(wish({ fence: 1, champion: one }));
    const before = await readFile(join(stage.folder, 'fraud.conf'), 'utf8');

    const refused = stage
      .opened({ test: ['sh', '-c', 'echo unexpected brace >&2; exit 1'] })
      .apply(wish({ fence: 2, champion: one, candidate: two, weight: 5 }));

    await expect(refused).rejects.toThrow(/expected `sh -c .*` to succeed, found "unexpected brace"/);
    expect(await readFile(join(stage.folder, 'fraud.conf'), 'utf8')).toBe(before);
    expect(await readdir(stage.folder)).toEqual(['fraud.conf', 'running']);
  });

  it('leaves no file behind when the first one does not pass the test', async () => {
    await using stage = await openStage();

    const refused = stage.opened({ test: ['false'] }).apply(wish({ fence: 1, champion: one }));

    await expect(refused).rejects.toMatchObject({ code: 'world-broken' });
    expect(await readdir(stage.folder)).toEqual([]);
  });

  it('reads what runs and not what was written, and reloads again what was not taken', async () => {
    await using stage = await openStage();
    await stage.platform.apply(wish({ fence: 1, champion: one, candidate: two, weight: 5 }));
    const next = wish({ fence: 1, champion: one, candidate: two, weight: 50 });

    await stage.opened({ reload: ['true'], 'timeout-seconds': 0.1 }).apply(next);
    expect((await stage.platform.observe()).weight).toBe(5);
    await stage.platform.apply(next);

    expect((await stage.platform.observe()).weight).toBe(50);
  });

  it('rolls back without its status', async () => {
    await using stage = await openStage();
    await stage.platform.apply(wish({ fence: 1, champion: one, candidate: two, weight: 5 }));

    await stage.opened({ status: 'http://127.0.0.1:9/siskin' }).apply(wish({ fence: 1, champion: one }));

    expect(await stage.share()).toBe(0);
  });

  it.each([
    [
      'a reload that is refused',
      { reload: ['sh', '-c', 'echo kill: Operation not permitted >&2; exit 1'] },
      'not-permitted',
    ],
    ['a reload that hangs', { reload: ['sleep', '5'], 'timeout-seconds': 0.1 }, 'timed-out'],
    ['a program that is not there', { reload: ['/nowhere/nginx'] }, 'world-broken'],
    ['a folder that is not there', { folder: '/nowhere' }, 'unavailable'],
  ] as const)('says of %s what is wrong', async (_, over, code) => {
    await using stage = await openStage();

    // `as const` above makes tuples of what the connection takes as lists.
    const refused = stage.opened(over as unknown as Over).apply(wish({ fence: 1, champion: one }));

    await expect(refused).rejects.toMatchObject({ code, message: expect.stringMatching(/expected .*, found .*; /) });
  });

  it('gives commands nothing of its own environment', async () => {
    await using stage = await openStage();
    process.env['SISKIN_SECRET_OF_THE_TEST'] = 'hush';

    await stage
      .opened({ 'timeout-seconds': 0.1, reload: ['sh', '-c', `env > ${join(stage.folder, 'running')}`] })
      .apply(wish({ fence: 1, champion: one }));

    expect(await stage.running()).not.toContain('hush');
    delete process.env['SISKIN_SECRET_OF_THE_TEST'];
  });

  it.each(['Fraud', 'fraud_eu', 'fraud;', '../fraud', 'fraud\n', ''])('refuses the service %j', async (service) => {
    await using stage = await openStage();

    expect(() => stage.opened({}, service)).toThrow(/expected `serving.service`/);
  });

  it('carries any version in one word', () => {
    fc.assert(
      fc.property(fc.string(), fc.double({ min: 0, max: 100, noNaN: true }), (version, weight) => {
        const record = {
          ...splitRecordOf(wish({ fence: 3, champion: { ...one, version }, candidate: two, weight })),
          at: 'b:2',
        };

        const word = renderSplitRecord(record);

        expect(word).toMatch(/^[A-Za-z0-9%&=+._-]*$/);
        expect(parseSplitRecord(word)).toEqual({ ...record, weight: weight + 0 });
      }),
      { numRuns: 30 },
    );
  });

  it('finds no record in what it did not write', () => {
    fc.assert(fc.property(fc.string(), (text) => void parseSplitRecord(text)));
    for (const text of ['', 'none', 'fence=1', 'fence=-1&weight=0&shadow=0', 'fence=1&weight=101&shadow=0', '<html>']) {
      expect(parseSplitRecord(text)).toBeNull();
    }
  });
});

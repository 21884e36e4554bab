import { mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { folderOf } from '../evaluate/fixture.ts';
import { released, rows, startStage } from './serve-stage.ts';

const champion = released('binary-tensor.onnx', '1.0.0');
const candidate = released('regression.onnx', '1.1.0');
const third = released('nan.onnx', '1.2.0');

describe('a model server', () => {
  it('answers as the model does where it was made', async () => {
    await using stage = await startStage();
    await stage.put({ champion });
    const text = readFileSync(join(import.meta.dirname, '../fixtures/models/holdout.csv'), 'utf8');
    const data = text
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => line.split(',').slice(1, 3).map(Number));
    const answer = await answerOf(await stage.infer(rows(data)));
    const expected = JSON.parse(
      readFileSync(join(import.meta.dirname, '../fixtures/models/expected.json'), 'utf8'),
    ).binary;
    const probabilities = answer.outputs.find((one) => one.name === 'probabilities');
    expect(probabilities?.shape).toEqual([data.length, 2]);
    for (const [row, value] of expected.entries()) expect(probabilities?.data[2 * row + 1]).toBeCloseTo(value, 5);
    const apart = await Promise.all(data.slice(0, 50).map(async (row) => answerOf(await stage.infer(rows([row])))));
    for (const [row, one] of apart.entries()) expect(one.outputs[1]?.data[1]).toBeCloseTo(expected[row], 5);
  });

  it('describes models and their health as the protocol says', async () => {
    await using stage = await startStage();
    const get = async (path: string) => {
      const response = await fetch(`${stage.server.address}${path}`);
      return [response.status, await response.json()];
    };
    expect(await get('/v2/health/ready')).toEqual([200, { ready: true, waiting: [] }]);
    await stage.put({ champion: released('columns.onnx', '1') });
    expect(await get('/v2')).toEqual([200, { name: 'siskin', version: 'test', extensions: ['binary_tensor_data'] }]);
    expect(await get('/v2/health/live')).toEqual([200, { live: true }]);
    expect(await get('/v2/models/fraud/ready')).toEqual([200, { name: 'fraud', ready: true }]);
    expect(await get('/v2/models/fraud/versions/1')).toMatchObject([
      200,
      {
        name: 'fraud',
        versions: ['1'],
        platform: 'onnxruntime_onnx',
        inputs: [
          { name: 'amount', datatype: 'FP32', shape: [-1, 1] },
          { name: 'age', datatype: 'INT64', shape: [-1, 1] },
          { name: 'member', datatype: 'BOOL', shape: [-1, 1] },
          { name: 'city', datatype: 'BYTES', shape: [-1, 1] },
        ],
      },
    ]);
    const one = (name: string, datatype: string, value: unknown) => ({ name, datatype, shape: [1, 1], data: [value] });
    const question = {
      inputs: [
        one('amount', 'FP32', 10),
        one('age', 'INT64', 30),
        one('member', 'BOOL', true),
        one('city', 'BYTES', 'Riga'),
      ],
    };
    expect((await stage.infer(question)).status).toBe(200);
  });

  it('gives each arm exactly its share and says who answered', async () => {
    await using stage = await startStage({
      settings: { threads: 1, mostRows: 256, queue: 1000, timeoutMs: 5000, bodyBytes: 100_000, loadMs: 20_000 },
    });
    await stage.put({ champion, candidate, weight: 25 });
    const arms = await Promise.all(
      Array.from({ length: 400 }, async () => {
        const response = await stage.infer(rows([[1, 2]]));
        const answer = await answerOf(response);
        expect(answer.model_version).toBe(response.headers.get('siskin-version'));
        return `${response.headers.get('siskin-arm')} ${answer.model_version}`;
      }),
    );
    const count = Object.groupBy(arms, (arm) => arm);
    expect(Math.abs((count['candidate 1.1.0']?.length ?? 0) - 100)).toBeLessThan(4);
    expect(count['champion 1.0.0']?.length).toBe(400 - (count['candidate 1.1.0']?.length ?? 0));
    expect(await stage.metrics()).toMatch(
      /siskin_serve_requests_total\{model="fraud",version="1\.1\.0",arm="candidate"\} (9[6-9]|10[0-4])\n/,
    );
  });

  it('lets nobody but the audience reach the candidate, and keeps users where they are', async () => {
    await using stage = await startStage();
    await stage.put({ champion, candidate, weight: 100, audience: { header: 'x-beta', value: 'yes' } });
    const arm = async (headers: Record<string, string>) =>
      (await stage.infer(rows([[1, 2]]), { headers })).headers.get('siskin-arm');
    expect([await arm({}), await arm({ 'x-beta': 'yes' })]).toEqual(['outside', 'candidate']);
    await stage.put({ champion, candidate, weight: 50, audience: { cookie: 'uid' } });
    for (const user of ['ada', 'grace', 'linus']) {
      const seen = new Set([
        await arm({ cookie: `uid=${user}` }),
        await arm({ uid: user }),
        await arm({ cookie: `a=b; uid=${user}` }),
      ]);
      expect(seen.size).toBe(1);
    }
  });

  it('mirrors requests, and the copy reaches nobody', async () => {
    await using stage = await startStage();
    await stage.put({ champion, candidate: third, shadow: 100 });
    for (let turn = 0; turn < 20; turn++) {
      const response = await stage.infer(rows([[1, 2]]));
      expect([response.status, response.headers.get('siskin-arm')]).toEqual([200, 'champion']);
    }
    await expect
      .poll(() => stage.metrics())
      .toMatch(/requests_total\{model="fraud",version="1\.2\.0",arm="shadow"\} 20\n/);
    // The candidate wants another input: its refusals are counted for it and seen by no caller.
    expect(await stage.metrics()).toContain('version="1.2.0",arm="shadow",kind="unfit"} 20\n');
  });

  it('refuses what is too much, and answers the rest', async () => {
    const settings = { threads: 1, mostRows: 1, queue: 4, timeoutMs: 5000, bodyBytes: 100_000, loadMs: 20_000 };
    await using stage = await startStage({ settings });
    await stage.put({ champion });
    const many = await Promise.all(
      Array.from({ length: 200 }, () => stage.infer(rows(Array.from({ length: 500 }, () => [1, 2])))),
    );
    const statuses = Object.groupBy(many, ({ status }) => String(status));
    expect(Object.keys(statuses).sort()).toEqual(['200', '503']);
    expect(statuses['503']?.every(({ headers }) => headers.get('retry-after') === '1')).toBe(true);
    expect((await stage.infer('x'.repeat(200_000))).status).toBe(413);
    expect((await stage.infer('x', { headers: { 'content-encoding': 'gzip' } })).status).toBe(415);
    expect((await stage.infer(rows([[1, 2]]))).status).toBe(200);
    await expect.poll(() => stage.metrics()).toContain('siskin_serve_reading_bytes 0\n');
  });

  it('names what is wrong with a request and never breaks', async () => {
    await using stage = await startStage();
    await stage.put({ champion });
    const error = async (body: unknown, options?: Parameters<typeof stage.infer>[1]) => {
      const response = await stage.infer(body, options);
      return `${response.status} ${(await answerOf(response)).error}`;
    };
    expect(await error('nonsense')).toMatch(/^400 expected a JSON document/);
    expect(await error(rows([[1, 2]], 'Y'))).toMatch(
      /^400 expected inputs "X" \(FP32 \[any, 2\]\), found "Y"; expected input "X"/,
    );
    expect(await error(rows([[1, 2]]), { path: '/v2/models/other/infer' })).toMatch(
      /^404 expected a model that is served here, found "other"/,
    );
    expect(await error(rows([[1, 2]]), { path: '/v2/models/fraud/versions/9/infer' })).toMatch(
      /^404 expected a version of fraud that is served \(1\.0\.0\)/,
    );
    expect(await error(rows([[1, 2]]), { path: '/v2/models/%E0%A4%A/infer' })).toMatch(/^404/);
    expect(await error(rows([[1, 2]]), { path: '/v2/models/__proto__/infer' })).toMatch(/^404/);
    expect(await error(rows([[1, 2]]), { headers: { 'inference-header-content-length': '-1' } })).toMatch(/^400/);
    expect(await error(rows([[1, 2]]), { path: '/../../etc/passwd' })).toMatch(/^404/);
    expect((await fetch(`${stage.server.address}/v2/models/fraud/infer`)).status).toBe(405);
    await broken(stage.server.address);
    expect((await stage.infer(rows([[1, 2]]))).status).toBe(200);
  });

  it('fetches nothing from outside the places that it knows', async () => {
    using outside = folderOf({ 'a.onnx': readFileSync(new URL(champion.uri)) });
    using inside = folderOf({});
    symlinkSync(outside.file('a.onnx'), inside.file('link.onnx'));
    await using stage = await startStage({ artifacts: [inside.path] });
    for (const uri of [
      pathToFileURL(outside.file('a.onnx')).href,
      pathToFileURL(inside.file('link.onnx')).href,
      `${pathToFileURL(inside.path).href}/../x`,
      'https://example.invalid/model',
      'http://169.254.169.254/',
      'file://host/x',
      'nonsense:',
      'file:///dev/zero',
    ]) {
      await stage.put({ champion: { ...champion, uri } });
      expect((await stage.platform.observe()).trouble).toMatch(
        /^1\.0\.0 cannot be served: expected an address of a model below a place/,
      );
    }
  });

  it('keeps few copies that nobody serves, also when it is never restarted', async () => {
    await using stage = await startStage();
    const copies = join(stage.folder, 'state/models');
    for (let number = 10; number < 30; number++) mkdirSync(join(copies, `sha256-${number}`));

    await stage.put({ champion });

    await expect.poll(() => readdirSync(copies).length).toBe(11);
  });
});

interface Answer {
  readonly model_version: string;
  readonly error: string;
  readonly outputs: readonly {
    readonly name: string;
    readonly shape: readonly number[];
    readonly data: readonly number[];
  }[];
}

async function answerOf(response: Response): Promise<Answer> {
  return (await response.json()) as Answer; // whatever is not in it fails the test that looks for it
}

/** A caller who leaves in the middle, one who lies about the length, and one who speaks no HTTP. */
async function broken(address: string): Promise<void> {
  const { hostname, port } = new URL(address);
  for (const text of [
    'POST /v2/models/fraud/infer HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\n{',
    'nonsense\r\n\r\n',
    'POST /v2/models/fraud/infer HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nZZ\r\n',
  ]) {
    const socket = connect(Number(port), hostname);
    socket.on('error', () => {});
    socket.write(text);
    await new Promise((resolve) => setTimeout(resolve, 30));
    socket.destroy();
  }
  const slow = httpRequest(`${address}/v2/models/fraud/infer`, { method: 'POST' });
  slow.on('error', () => {});
  slow.write('{"inputs":');
  await new Promise((resolve) => setTimeout(resolve, 30));
  slow.destroy();
}

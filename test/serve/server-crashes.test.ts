import { spawn } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { folderOf } from '../evaluate/fixture.ts';
import { platformOf, released, rows, secret, settled, startStage } from './serve-stage.ts';

const champion = released('binary-tensor.onnx', '1.0.0');
const candidate = released('regression.onnx', '1.1.0');

describe('a model server', () => {
  it('goes on with the champion when the process of the candidate is killed, and begins it again', async () => {
    await using stage = await startStage();
    await stage.put({ champion, candidate, weight: 50 });
    const killed = childrenOf(process.pid).at(-1) ?? 0;
    process.kill(killed, 'SIGKILL');
    const answers = await Promise.all(
      Array.from({ length: 60 }, async () => (await stage.infer(rows([[1, 2]]))).status),
    );
    expect(answers.filter((status) => status === 200).length).toBeGreaterThan(20);
    expect(answers.filter((status) => status !== 200 && status !== 503)).toEqual([]);
    await expect.poll(async () => (await stage.platform.observe()).weight, { timeout: 10_000 }).toBe(50);
    expect(stage.log.join('\n')).toContain('its process ended with signal SIGKILL');
  });

  it('gives no secret to the process of a model', async () => {
    process.env['SISKIN_SERVE_SECRET'] = 'never in a child';
    onTestFinished(() => void delete process.env['SISKIN_SERVE_SECRET']);
    await using stage = await startStage();
    await stage.put({ champion });
    const children = childrenOf(process.pid).filter((pid) =>
      readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('model-process'),
    );
    expect(children.length).toBeGreaterThan(0);
    for (const pid of children) expect(readFileSync(`/proc/${pid}/environ`, 'utf8')).not.toMatch(/SECRET|TOKEN/);
  });

  it('answers what is open when it is asked to end', async () => {
    const stage = await startStage();
    await stage.put({ champion });
    const open = Array.from({ length: 20 }, () => stage.infer(rows([[1, 2]])));
    await Promise.race(open);
    await stage[Symbol.asyncDispose]();
    const ended = await Promise.allSettled(open);
    expect(ended.filter((one) => one.status === 'fulfilled' && one.value.status === 200).length).toBeGreaterThan(0);
    await expect(stage.infer(rows([[1, 2]]))).rejects.toThrow();
  });

  it('serves after a restart what was acknowledged last, without the store, and mends a damaged copy with it', async () => {
    using folder = folderOf({ 'a.onnx': readFileSync(new URL(champion.uri)) });
    const uri = pathToFileURL(folder.file('a.onnx')).href;
    {
      await using stage = await startStage({ folder: folder.path, artifacts: [folder.path] });
      await stage.put({ champion: { ...champion, uri } });
    }
    const copy = join(folder.path, 'state/models', champion.digest.replace(':', '-'), 'model.onnx');
    {
      await using stage = await startStage({ folder: folder.path, artifacts: [] });
      await settled(stage.platform);
      expect((await stage.infer(rows([[1, 2]]))).status).toBe(200);
    }
    writeFileSync(copy, readFileSync(new URL(candidate.uri)));
    {
      await using stage = await startStage({ folder: folder.path, artifacts: [folder.path] });
      await expect.poll(async () => (await stage.infer(rows([[1, 2]]))).status, { timeout: 10_000 }).toBe(200);
      expect(stage.log.join('\n')).not.toContain('cannot be');
    }
    writeFileSync(copy, readFileSync(new URL(candidate.uri)));
    await using stage = await startStage({ folder: folder.path, artifacts: [] });
    await expect
      .poll(async () => (await stage.platform.observe()).trouble, { timeout: 10_000 })
      .toContain('cannot be served');
    expect((await stage.infer(rows([[1, 2]]))).status).toBe(503);
  });

  it('is never killed into a state that it did not acknowledge', async () => {
    using folder = folderOf({});
    for (let round = 0; round < 3; round++) {
      const one = await startProcess(folder.path);
      const platform = platformOf(one.adminAddress);
      let acknowledged = (await platform.observe()).fence ?? 0;
      let sent = acknowledged;
      const writing = (async () => {
        for (;;) {
          sent += 1;
          await platform.apply({
            rollout: 'r',
            fence: sent,
            champion,
            candidate: null,
            weight: 0,
            shadow: 0,
            audience: null,
          });
          acknowledged = sent;
        }
      })().catch(() => {});
      await new Promise((resolve) => setTimeout(resolve, 150 + 37 * round));
      one.kill();
      await writing;
      const again = await startProcess(folder.path);
      const { fence } = await platformOf(again.adminAddress).observe();
      expect([acknowledged, sent]).toContain(fence);
      expect(fence).toBeGreaterThan(0);
      again.kill();
    }
  });

  it('does not start on a state that it did not write', async () => {
    await using stage = await startStage();
    await stage.put({ champion });
    writeFileSync(join(stage.folder, 'state/services/fraud.json'), '{"format":2}');
    await expect(startStage({ folder: stage.folder })).rejects.toThrow(
      /expected what this server wrote in .*fraud\.json, found something else/,
    );
  });
});

async function startProcess(folder: string) {
  const args = [
    'cli/siskin.ts',
    'serve',
    '--json',
    '--state',
    join(folder, 'state'),
    '--port',
    '0',
    '--admin-port',
    '0',
  ];
  const artifacts = join(import.meta.dirname, '../fixtures/models');
  const child = spawn(process.execPath, [...args, '--artifacts', artifacts], {
    cwd: join(import.meta.dirname, '../..'),
    env: { PATH: process.env['PATH'], SISKIN_SERVE_SECRET: secret },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const text = await new Promise<string>((resolve) => child.stdout.once('data', (chunk) => resolve(String(chunk))));
  return { adminAddress: String(JSON.parse(text).adminAddress), kill: () => child.kill('SIGKILL') };
}

/** The processes that a process started, oldest first. */
function childrenOf(pid: number): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((one) => {
      try {
        return Number(/^\d+ \(.*\) \S (\d+)/s.exec(readFileSync(`/proc/${one}/stat`, 'utf8'))?.[1]) === pid;
      } catch {
        return false;
      }
    })
    .sort((a, b) => a - b);
}

import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { servingPlaces } from '../sandbox/serving/serving.ts';
import { type Bench, type Figure, figure, quantile } from './figure.ts';
import { python } from './peer.ts';

const root = join(import.meta.dirname, '..');
/** 40 trees, which a caller asks for one flight at a time. */
const model = join(root, 'examples/flights/repository/models/delay-minutes.onnx');
const callers = 16;
const rounds = 3;
const secondsOfRound = 3;

const number = (name: string, value: number) => ({ name, datatype: 'FP32', shape: [1, 1], data: [value] });
const text = (name: string, value: string) => ({ name, datatype: 'BYTES', shape: [1, 1], data: [value] });
const body = JSON.stringify({
  inputs: [
    ...[number('hour', 17), number('weekday', 5), number('distance', 606)],
    ...[text('origin', 'ORD'), text('destination', 'ATL')],
  ],
});

const Round = z.object({ perSecond: z.number(), p99: z.number(), failures: z.literal(0) });
type Round = z.infer<typeof Round>;

/** Predictions per second of `siskin serve`, beside servers with nothing to them, under the same callers on the same machine. */
export const serve: Bench = {
  name: 'serve',
  async run(say) {
    const folder = mkdtempSync(join(tmpdir(), 'siskin-bench-'));
    try {
      const { predictions, administration, airline: peer } = await servingPlaces();
      const served = ['serve', '--state', folder, '--model', `delay-minutes=${model}`, '--port', String(predictions)];
      const ours = await measured('siskin serve', say, {
        program: process.execPath,
        args: [join(root, 'cli/siskin.ts'), ...served, '--admin-port', String(administration)],
        url: `http://127.0.0.1:${predictions}/v2/models/delay-minutes/infer`,
      });
      const url = `http://127.0.0.1:${peer}/`;
      const peers = (name: string) => join(import.meta.dirname, 'peers', name);
      const node = { program: process.execPath, args: [peers('bare-onnx-server.mjs'), model, String(peer)], url };
      const bareNode = await measured('bare Node server', say, node);
      const bare = { program: python, args: [peers('bare_onnx_server.py'), model, String(peer)], url };
      const barePython = await measured('bare Python server', say, bare);
      return ours === null ? [] : figures(ours, { 'bare Node': bareNode, 'bare Python': barePython });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

function figures(ours: readonly Round[], peers: Readonly<Record<string, readonly Round[] | null>>): readonly Figure[] {
  const beside = (of: (round: Round) => number, unit: string): string =>
    Object.entries(peers)
      .flatMap(([name, found]) => (found === null ? [] : `${name} ${quantile(found.map(of), 0.5).toFixed(1)} ${unit}`))
      .join(', ');
  return [
    figure({
      name: `siskin serve: predictions a second, ${callers} callers`,
      samples: ours.map(({ perSecond }) => perSecond),
      unit: '1/s',
      note: beside(({ perSecond }) => perSecond, '1/s'),
    }),
    figure({
      name: `siskin serve: the slowest in a hundred, ${callers} callers`,
      samples: ours.map(({ p99 }) => p99),
      unit: 'ms',
      note: beside(({ p99 }) => p99, 'ms'),
    }),
  ];
}

async function measured(
  name: string,
  say: (line: string) => void,
  server: { readonly program: string; readonly args: readonly string[]; readonly url: string },
): Promise<readonly Round[] | null> {
  const child = spawn(server.program, server.args, { stdio: ['ignore', 'ignore', 'ignore'] });
  try {
    if (!(await answers(server.url, child))) {
      say(`${name}: not installed, or it does not answer (set SISKIN_BENCH_PYTHON)`);
      return null;
    }
    const found: Round[] = [];
    for (let round = 0; round < rounds; round++) {
      const program = join(import.meta.dirname, 'ask-for-predictions.ts');
      const args = [program, server.url, String(callers), String(secondsOfRound), body];
      const { stdout } = await promisify(execFile)(process.execPath, args);
      found.push(Round.parse(JSON.parse(stdout)));
    }
    say(
      `${name}: ${found.map(({ perSecond, p99 }) => `${perSecond.toFixed(0)}/s, p99 ${p99.toFixed(1)} ms`).join('; ')}`,
    );
    return found;
  } finally {
    child.kill('SIGTERM');
  }
}

async function answers(url: string, child: ChildProcess): Promise<boolean> {
  let hasEnded = false;
  child.once('exit', () => (hasEnded = true));
  child.once('error', () => (hasEnded = true));
  for (let turn = 0; turn < 200 && !hasEnded; turn++) {
    const response = await fetch(url, { method: 'POST', body }).catch(() => null);
    await response?.arrayBuffer();
    if (response?.ok) return true;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return false;
}

import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fillToolCache } from '../sandbox/tool-cache.ts';
import type { RunPlan } from '../src/run-plan.ts';
import { type Bench, type Figure, figure } from './figure.ts';
import { runTimed } from './run-timed.ts';

const root = join(import.meta.dirname, '..');
const rounds = 10;

/** From the start of an action's process to its first line of work, with the natives in the tool cache. */
export const actionStart: Bench = {
  name: 'actions',
  async run(say) {
    const folder = mkdtempSync(join(tmpdir(), 'siskin-bench-'));
    try {
      const checkout = writeCheckout(join(folder, 'checkout'));
      fillToolCache(join(folder, 'tools'));
      const environment = {
        INPUT_PLAN: JSON.stringify(planFor(checkout.head)),
        INPUT_MODEL: 'fraud',
        INPUT_PATH: checkout.path,
        'INPUT_BASE-PATH': checkout.path,
        'INPUT_HEAD-PATH': checkout.path,
        // Nothing is uploaded in the time that counts, so nobody is asked for this token.
        ACTIONS_ID_TOKEN_REQUEST_URL: 'http://127.0.0.1:9/',
        ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'none',
        GITHUB_RUN_ID: '1',
        GITHUB_RUN_ATTEMPT: '1',
        RUNNER_TEMP: join(folder, 'temp'),
        RUNNER_TOOL_CACHE: join(folder, 'tools'),
      };
      const figures: Figure[] = [];
      for (const [action, firstLine] of [
        ['train', /^trained$/],
        ['evaluate', /^validation$/],
      ] as const) {
        // A copy far from this project's packages, so that the natives come from the tool cache.
        execFileSync('cp', ['-r', join(root, 'actions', action, 'dist'), join(folder, action)]);
        const samples: number[] = [];
        for (let round = 0; round <= rounds; round++) {
          const run = await runTimed({ args: [join(folder, action, 'index.mjs')], folder, environment });
          const found = run.lines.find(({ text }) => firstLine.test(text));
          if (found === undefined)
            throw new Error(
              `expected ${firstLine} from ${action}, found ${run.lines.map(({ text }) => text).join(' | ')}`,
            );
          // The first fills the system's cache of files.
          if (round > 0) samples.push(found.atMs);
        }
        const promise = { text: '< 1 s', most: 1000, of: 'median' } as const;
        figures.push(figure({ name: `action ${action}: start → first line of work`, samples, unit: 'ms', promise }));
        say(`${action}: ${samples.map((sample) => sample.toFixed(0)).join(' ')} ms`);
      }
      return figures;
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

function writeCheckout(path: string): { readonly path: string; readonly head: string } {
  const git = (...words: string[]) => execFileSync('git', ['-C', path, ...words], { encoding: 'utf8' }).trim();
  const rows = Array.from({ length: 200 }, (_, row) => `${row},${row % 24},${row % 3 === 0 ? 1 : 0}`);
  const predictions = Array.from({ length: 200 }, (_, row) => `${row},${(row % 97) / 97}`);
  const files = {
    '.github/siskin.yml': `version: 1
models:
  fraud:
    task: binary
    target: label
    id: id
    data: { train: data/train.csv, holdout: data/holdout.csv }
    model: fraud.csv
    metrics:
      roc-auc: { not-worse-by: 0.005 }
`,
    'data/train.csv': ['id,hour,label', ...rows, ''].join('\n'),
    'data/holdout.csv': ['id,hour,label', ...rows, ''].join('\n'),
    'fraud.csv': ['id,probability', ...predictions, ''].join('\n'),
  };
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(join(path, name, '..'), { recursive: true });
    writeFileSync(join(path, name), content);
  }
  execFileSync('git', ['init', '--quiet', path]);
  git('add', '--all');
  git('-c', 'user.name=bench', '-c', 'user.email=bench@example.invalid', 'commit', '--quiet', '--message', 'Data');
  return { path, head: git('rev-parse', 'HEAD') };
}

function planFor(head: string): RunPlan {
  return {
    schema: 'siskin.plan/v1',
    claim: '00000000-0000-4000-8000-000000000001',
    repository: 'ada/shop',
    head,
    base: head,
    pullRequest: 1,
    train: [
      {
        model: 'fraud',
        command: 'echo trained',
        output: 'fraud.csv',
        runner: ['ubuntu-latest'],
        timeoutMinutes: 15,
        commandSeconds: 300,
        seed: 0,
        data: ['data/train.csv'],
        parameters: [],
        trainingKey: null,
        artifact: 'siskin-model-fraud',
      },
    ],
    evaluate: [
      {
        model: 'fraud',
        runner: ['ubuntu-latest'],
        timeoutMinutes: 5,
        candidate: { kind: 'file', path: 'fraud.csv' },
        champion: { kind: 'none', reason: 'none yet' },
        artifact: 'siskin-result-fraud',
      },
    ],
  };
}

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { PullIssue } from '../../sandbox/github/shape/pull.ts';
import type { Repository } from '../../sandbox/github/state.ts';
import type { World } from '../../sandbox/world.ts';
import { isEnded, type RolloutRecord } from '../../src/rollout/rollout-record.ts';
import { workflow } from './scenario.ts';

const model = readFileSync(join(import.meta.dirname, '../fixtures/models/regression.onnx'));

/** The same model in other bytes: a doc string more, which nothing reads. */
export function withNote(note: string): Uint8Array {
  return Buffer.concat([model, Buffer.from([0x32, note.length]), Buffer.from(note)]);
}

const rows = (from: number) =>
  `amount,age,price\n${Array.from({ length: 60 }, (_, at) => `${from + at},${at % 30},${at}`).join('\n')}\n`;

/** A repository with the model `price`, released by itself whenever data are committed; `production` is YAML of that environment. */
export function priceFiles(production: string): Readonly<Record<string, string | Uint8Array>> {
  const policy = `version: 1
models:
  price:
    task: regression
    target: price
    features: [amount, age]
    data: { train: data/train.csv, holdout: data/holdout.csv }
    train: { command: bash train.sh, output: out/price.onnx, inputs: [train.sh, price.onnx], runner: [gpu] }
    metrics:
      mae: { at-most: 1000000 }
environments:
  production:
${production.trimEnd().replaceAll(/^/gm, '    ')}
release: { automatic: true }
`;
  return {
    'README.md': '# Prices\n',
    '.github/siskin.yml': policy,
    '.github/workflows/siskin.yml': workflow,
    'data/train.csv': rows(1000),
    'data/holdout.csv': rows(0),
    'price.onnx': model,
    'train.sh': 'mkdir -p out\ncp price.onnx out/price.onnx\n',
  };
}

interface Stage {
  readonly world: World;
  readonly repository: Repository;
}

/** Commits data and a model to the default branch, merges what Siskin proposes when that has won, and waits for the rollout. */
export async function release(
  stage: Stage,
  change: { readonly model: Uint8Array; readonly from: number },
): Promise<RolloutRecord> {
  const { world, repository } = stage;
  const number = await merge(stage, change);
  return await until(async () => {
    const all = await world.app.store.listRollouts(repository.id, { model: 'price' });
    return all.find((one) => one.number === number && (isEnded(one.state) || one.state.kind === 'held'));
  });
}

async function merge(
  { world, repository }: Stage,
  change: { readonly model: Uint8Array; readonly from: number },
): Promise<number> {
  await world.github.commitFiles({
    repository,
    branch: 'main',
    message: `Data from ${change.from}`,
    author: 'ada',
    files: { 'data/train.csv': rows(change.from), 'price.onnx': change.model },
  });
  const pull = await until(() =>
    pullsOf(repository).find((one) => one.pull.head.ref === 'siskin/release/price' && one.state === 'open'),
  );
  await until(() =>
    [...repository.checkRuns.values()].find(
      ({ suite, name, conclusion }) =>
        suite.headSha === pull.pull.head.sha && name === 'siskin / releases' && conclusion === 'success',
    ),
  );
  await world.github.mergePullRequest({ repository, number: pull.number, by: 'ada', method: 'squash' });
  return pull.number;
}

/** The pull request that takes the model back in git, once it is there. */
export function revertOf(repository: Repository): Promise<PullIssue> {
  return until(() => pullsOf(repository).find(({ title }) => title.startsWith('Revert price in production')));
}

function pullsOf(repository: Repository): readonly PullIssue[] {
  return [...repository.issues.values()].filter((issue): issue is PullIssue => issue.pull !== null);
}

/** Looks until there is something to see. */
async function until<Value>(look: () => Value | undefined | Promise<Value | undefined>): Promise<Value> {
  for (;;) {
    const value = await look();
    if (value !== undefined) return value;
    await setTimeout(100);
  }
}

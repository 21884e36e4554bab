import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { addMonth, monthPath } from '../../examples/flights/prepare.ts';
import type { PullIssue } from '../github/shape/pull.ts';
import type { Repository } from '../github/state.ts';
import type { World } from '../world.ts';

const example = join(import.meta.dirname, '../../examples/flights');
const template = join(import.meta.dirname, '../../templates/workflows/siskin.yml');

/** One act of the story: what people do, and how the pull request must look afterwards. */
export interface Act {
  readonly title: string;
  /** Does what the people of this act do and returns their pull request. */
  readonly play: (stage: Stage) => Promise<PullIssue>;
  readonly expected: {
    readonly checks: Readonly<Record<string, string | readonly string[]>>;
    readonly comment: RegExp | null;
  };
}

/** Where the story is played. */
export interface Stage {
  readonly world: World;
  readonly repository: Repository;
}

/** A branch of one commit and its pull request. */
async function propose(
  { world, repository }: Stage,
  change: {
    readonly branch: string;
    readonly author: string;
    readonly title: string;
    readonly files: Readonly<Record<string, string | Uint8Array | null>>;
  },
): Promise<PullIssue> {
  const { branch, author, title, files } = change;
  await world.github.commitFiles({ repository, branch, message: title, files, author });
  return await world.github.openPullRequest({ repository, author, title, head: branch });
}

async function acceptOnboarding(stage: Stage): Promise<PullIssue> {
  const { world, repository } = stage;
  await world.settled();
  const pull = [...repository.issues.values()].find((issue): issue is PullIssue => issue.pull !== null);
  if (pull === undefined)
    throw new Error('expected the App to open an onboarding pull request, found none; read its log above');
  await world.github.commitFiles({
    repository,
    branch: pull.pull.head.ref,
    message: 'Name our models and add the workflow',
    files: {
      '.github/siskin.yml': readFileSync(join(example, 'siskin.yml'), 'utf8'),
      '.github/workflows/siskin.yml': readFileSync(template, 'utf8'),
    },
    author: 'ada',
  });
  await world.settled();
  await world.github.mergePullRequest({ repository, number: pull.number, by: 'ada' });
  return pull;
}

async function june(): Promise<Readonly<Record<string, Uint8Array>>> {
  const folder = mkdtempSync(join(tmpdir(), 'siskin-june-'));
  try {
    await addMonth({ folder, month: '2001-06' });
    return { [monthPath('2001-06')]: readFileSync(join(folder, monthPath('2001-06'))) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The story that the demo plays, in order. */
export const acts: readonly Act[] = [
  {
    title:
      'The App is installed and proposes a policy; Ada corrects it, adds the workflow and merges; January trains the first champion',
    play: acceptOnboarding,
    expected: { checks: { 'siskin policy': 'success' }, comment: /policy/ },
  },
  {
    title: 'Grace adds the flights of June',
    play: async (stage) =>
      await propose(stage, { branch: 'june', author: 'grace', title: 'Add the flights of June', files: await june() }),
    expected: {
      checks: { 'siskin: late-arrival': 'neutral', 'siskin: delay-minutes': 'neutral' },
      comment: /columns moved/,
    },
  },
  {
    title: 'Linus tidies the features and makes the model worse',
    play: (stage) =>
      propose(stage, {
        branch: 'tidy-features',
        author: 'linus',
        title: 'Tidy the features',
        files: { 'features.js': readFileSync(join(example, 'story/features.js'), 'utf8') },
      }),
    expected: { checks: { 'siskin: late-arrival': 'failure', 'siskin: delay-minutes': 'neutral' }, comment: /ROC AUC/ },
  },
  {
    title: 'Grace replaces the ONNX file',
    play: (stage) =>
      propose(stage, {
        branch: 'more-trees',
        author: 'grace',
        title: 'More trees for delay-minutes',
        files: {
          'models/delay-minutes.onnx': readFileSync(join(example, 'story/delay-minutes-v2.onnx')),
          'params-delay.json': readFileSync(join(example, 'story/params-delay.json'), 'utf8'),
        },
      }),
    expected: { checks: { 'siskin: late-arrival': 'neutral', 'siskin: delay-minutes': 'success' }, comment: /RMSE/ },
  },
  {
    title: 'Linus corrects the README',
    play: (stage) =>
      propose(stage, {
        branch: 'readme',
        author: 'linus',
        title: 'Correct a word',
        files: { 'README.md': '# Flights\n\nWill it be late?\n' },
      }),
    expected: { checks: { 'siskin: late-arrival': 'neutral', 'siskin: delay-minutes': 'neutral' }, comment: null },
  },
];

import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { acceptedPolicy, makeChange, type StoryChange } from '../../examples/flights/story.ts';
import { isPull, type PullIssue } from '../github/shape/pull.ts';
import type { Repository } from '../github/state.ts';
import type { World } from '../world.ts';

const workflowTemplate = join(import.meta.dirname, '../../templates/workflows/siskin.yml');

/** Where the story is played. */
export interface Stage {
  readonly world: World;
  readonly repository: Repository;
}

/** How a pull request must look in the end. */
export interface Expectation {
  readonly checks: Readonly<Record<string, string>>;
  /** What its one comment says; null when there must be none. */
  readonly comment: RegExp | null;
}

/** One act of the story: what people do, and how the pull request must look afterwards. */
export interface Act {
  readonly title: string;
  /** Does what the people of this act do and returns their pull request. */
  readonly play: (stage: Stage) => Promise<PullIssue>;
  readonly expected: Expectation;
}

/** The story that the demo plays, in order. */
export const acts: readonly Act[] = [
  {
    title:
      'The App proposes a policy. Ada corrects it, adds the workflow and merges; January trains the first champion',
    play: acceptOnboarding,
    expected: { checks: { 'siskin policy': 'success' }, comment: /late-arrival/ },
  },
  {
    title: 'Grace adds the flights of June',
    play: (stage) => propose(stage, { change: 'june', author: 'grace' }),
    expected: {
      checks: { 'siskin: late-arrival': 'neutral', 'siskin: delay-minutes': 'neutral' },
      comment: /ROC AUC[\s\S]*weekday/,
    },
  },
  {
    title: 'Linus changes the features and makes the model worse without noticing',
    play: (stage) => propose(stage, { change: 'worse-code', author: 'linus' }),
    expected: {
      checks: { 'siskin: late-arrival': 'failure', 'siskin: delay-minutes': 'neutral' },
      comment: /ROC AUC is worse by/,
    },
  },
  {
    title: 'Grace replaces the ONNX file',
    play: (stage) => propose(stage, { change: 'replaced-model', author: 'grace' }),
    expected: {
      checks: { 'siskin: late-arrival': 'neutral', 'siskin: delay-minutes': 'success' },
      comment: /RMSE/,
    },
  },
  {
    title: 'Linus adds a sentence to the README',
    play: (stage) => propose(stage, { change: 'documentation', author: 'linus' }),
    expected: {
      checks: { 'siskin: late-arrival': 'neutral', 'siskin: delay-minutes': 'neutral' },
      comment: null,
    },
  },
];

async function acceptOnboarding({ world, repository }: Stage): Promise<PullIssue> {
  await world.settled();
  const pull = [...repository.issues.values()].find(isPull);
  if (pull === undefined) throw new Error('expected the App to open an onboarding pull request, found none');
  await world.github.commitFiles({
    repository,
    branch: pull.pull.head.ref,
    message: 'Name our models and add the workflow',
    files: {
      '.github/siskin.yml': acceptedPolicy(),
      '.github/workflows/siskin.yml': readFileSync(workflowTemplate, 'utf8'),
    },
    author: 'ada',
  });
  await world.settled();
  await world.github.mergePullRequest({ repository, number: pull.number, by: 'ada' });
  return pull;
}

/** Clones, changes, commits and pushes with git, as a person does, and opens the pull request. */
export async function propose(
  { world, repository }: Stage,
  { change, author }: { readonly change: StoryChange; readonly author: string },
): Promise<PullIssue> {
  const folder = await mkdtemp(join(tmpdir(), 'siskin-clone-'));
  const git = async (...words: string[]) => await promisify(execFile)('git', ['-C', folder, ...words]);
  try {
    const address = new URL(`${world.github.url}/${repository.owner.login}/${repository.name}.git`);
    address.username = author;
    address.password = world.github.userToken(author);
    await git('clone', '--quiet', address.href, '.');
    const { branch, title, body } = await makeChange({ change, folder });
    await git('checkout', '--quiet', '-b', branch);
    await git('add', '--all');
    const identity = ['-c', `user.name=${author}`, '-c', `user.email=${author}@users.noreply.example.invalid`];
    await git(...identity, 'commit', '--quiet', '--message', title);
    await git('push', '--quiet', 'origin', branch);
    return await world.github.openPullRequest({ repository, author, title, body, head: branch });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

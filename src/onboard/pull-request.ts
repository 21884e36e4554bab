import { policyPath } from '../policy/policy.ts';
import type { Proposal } from './propose.ts';

/** The branch from which the App proposes its set-up; closing that pull request is an answer, so it is asked once. */
export const onboardingBranch = 'siskin/onboarding';

/** The onboarding pull request of the App, ready for `openPullRequest`, less its base. */
export function onboardingPullRequest(proposal: Proposal): {
  readonly branch: string;
  readonly title: string;
  readonly body: string;
  readonly files: Readonly<Record<string, string>>;
} {
  const body = [
    'Merge this, and every pull request that changes a model says what it does to it before it is merged: the data that',
    'moved, the metrics of candidate and champion on the same rows, and a verdict by your own gates.',
    '',
    '### What was assumed',
    ...proposal.assumptions.map((text) => `- ${text}`),
    '',
    'Whatever is wrong, correct it here: push to this branch, and the policy is checked line by line.',
    '',
    '### What it adds',
    ...Object.keys(proposal.files).map(
      (path) => `- \`${path}\`: ${purposes[path] ?? 'the workflow that Siskin dispatches'}`,
    ),
    '',
    'The training command runs without secrets and without permission to write. Nothing runs until this is merged; to do',
    'without Siskin, close this pull request.',
    '',
  ].join('\n');
  return { branch: onboardingBranch, title: 'Set up Siskin', body, files: proposal.files };
}

const purposes: Readonly<Record<string, string>> = {
  [policyPath]: 'the models, their data, and the gates that decide',
};

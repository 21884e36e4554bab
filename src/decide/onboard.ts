import type { Plan } from '../effect.ts';
import type { OnboardFacts } from '../facts/onboard-facts.ts';
import { type Intent, type Repository, siskin } from '../intent.ts';
import { inspect } from '../onboard/inspect.ts';
import { proposal, proposedWorkflowPath } from '../onboard/propose.ts';
import { onboardingPullRequest } from '../onboard/pull-request.ts';
import { policyPath } from '../policy/policy.ts';

/** Proposes a policy to a repository that has none; one that has a policy gets its first champions trained. */
export function onboard({ repository }: Extract<Intent, { readonly kind: 'onboard' }>, facts: OnboardFacts): Plan {
  const { branch, hasPolicy } = facts;
  if (hasPolicy) {
    const { name, sha } = branch;
    const range = { repository, branch: name, before: sha, after: sha };
    const intent = { kind: 'check-push', ...range, actor: siskin, cause: 'pushed' } as const;
    return { changes: [{ kind: 'ask', intent }], effects: [] };
  }
  const proposed = proposal({ inspection: inspect(facts), workflow: facts.workflow });
  const workflow = proposed.files[proposedWorkflowPath] ?? '';
  // The App asks for no permission to write workflows: a bot that may change them could run anything.
  const files = Object.fromEntries(Object.entries(proposed.files).filter(([path]) => path === policyPath));
  const { body, ...rest } = onboardingPullRequest({ ...proposed, files });
  const hasWorkflow = facts.tree.some(({ path }) => path === proposedWorkflowPath);
  const full = hasWorkflow ? body : `${body}\n${workflowSection(repository, { branch: rest.branch, workflow })}`;
  return { changes: [], effects: [{ kind: 'open-pull-request', ...rest, base: branch.name, body: full }] };
}

/** A link to GitHub's own editor with the file filled in: one click, done with the rights of the person who clicks. */
function workflowSection(
  { owner, name }: Repository,
  { branch, workflow }: { readonly branch: string; readonly workflow: string },
): string {
  const query = new URLSearchParams({ filename: proposedWorkflowPath, value: workflow });
  // From the root of the server, so that it leads to the right one on GitHub Enterprise too.
  const link = `/${owner}/${name}/new/${branch}?${query}`;
  return [
    '### One step is yours',
    `Siskin has no right to write workflows. [Add \`${proposedWorkflowPath}\` to this branch](${link}): GitHub opens its`,
    'editor with the file filled in, and you commit it. Or copy it from here:',
    '',
    `<details><summary><code>${proposedWorkflowPath}</code></summary>`,
    '',
    '````yaml',
    workflow.trimEnd(),
    '````',
    '',
    '</details>',
    '',
  ].join('\n');
}

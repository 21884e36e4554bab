import { sendIssue } from '../domain/issues.ts';
import { sendPull } from '../domain/pull-sync.ts';
import { invalid, notFound } from '../refusal.ts';
import { type Answer, byOf, type RepositoryCall, type Route, repositoryRoute } from '../routes.ts';
import { optionalList, optionalText, textOf } from '../server/fields.ts';
import { page } from '../server/paging.ts';
import { labelShape } from '../shape/issue.ts';
import { isPull } from '../shape/pull.ts';
import type { Issue, Label, Repository, World } from '../state.ts';
import { issueOf } from './issues.ts';

const labels = '/repos/{owner}/{repo}/labels' as const;
const issueLabels = '/repos/{owner}/{repo}/issues/{issue_number}/labels' as const;
const reads = 'issues:read pull_requests:read';
const writes = 'issues:write pull_requests:write';

export const labelRoutes: readonly Route[] = [
  repositoryRoute(`GET ${labels}`, { permissions: reads, handle: listLabels }),
  repositoryRoute(`POST ${labels}`, { permissions: writes, handle: createLabel }),
  repositoryRoute(`GET ${labels}/{name}`, { permissions: reads, handle: getLabel }),
  repositoryRoute(`GET ${issueLabels}`, { permissions: reads, handle: listIssueLabels }),
  repositoryRoute(`POST ${issueLabels}`, { permissions: writes, role: 'triage', handle: addLabels }),
  repositoryRoute(`DELETE ${issueLabels}/{name}`, { permissions: writes, role: 'triage', handle: removeLabel }),
];

/** The label of this name; GitHub makes it when somebody uses it first. */
export function ensureLabel(world: World, repository: Repository, name: string): Label {
  const known = repository.labels.get(name.toLowerCase());
  if (known !== undefined) {
    return known;
  }
  const label: Label = { id: world.newId(), name, color: 'ededed', description: null };
  repository.labels.set(name.toLowerCase(), label);
  return label;
}

function listLabels(call: RepositoryCall): Answer {
  const { items, headers } = page(call, [...call.repository.labels.values()]);
  return { status: 200, json: items.map((label) => labelShape(call.world, call.repository, label)), headers };
}

function createLabel(call: RepositoryCall): Answer {
  const name = textOf(call.body, 'name');
  if (call.repository.labels.has(name.toLowerCase())) {
    throw invalid('Label', 'name', 'already_exists');
  }
  const color = (optionalText(call.body, 'color') ?? 'ededed').replace(/^#/, '');
  const label: Label = {
    id: call.world.newId(),
    name,
    color,
    description: optionalText(call.body, 'description'),
  };
  call.repository.labels.set(name.toLowerCase(), label);
  return { status: 201, json: labelShape(call.world, call.repository, label) };
}

function getLabel(call: RepositoryCall): Answer {
  const label = call.repository.labels.get((call.params['name'] ?? '').toLowerCase());
  if (label === undefined) {
    throw notFound();
  }
  return { status: 200, json: labelShape(call.world, call.repository, label) };
}

function listIssueLabels(call: RepositoryCall): Answer {
  const { items, headers } = page(call, [...issueOf(call).labels.values()]);
  return { status: 200, json: items.map((label) => labelShape(call.world, call.repository, label)), headers };
}

async function addLabels(call: RepositoryCall): Promise<Answer> {
  const issue = issueOf(call);
  const names = optionalList(call.body, 'labels') ?? optionalList(call.body, 'items') ?? [];
  for (const name of names) {
    const label = ensureLabel(call.world, call.repository, String(name));
    if (!issue.labels.has(label.name.toLowerCase())) {
      issue.labels.set(label.name.toLowerCase(), label);
      await announce(call, { issue, label, action: 'labeled' });
    }
  }
  return listIssueLabels(call);
}

async function removeLabel(call: RepositoryCall): Promise<Answer> {
  const issue = issueOf(call);
  const label = issue.labels.get((call.params['name'] ?? '').toLowerCase());
  if (label === undefined) {
    throw notFound();
  }
  issue.labels.delete(label.name.toLowerCase());
  await announce(call, { issue, label, action: 'unlabeled' });
  return listIssueLabels(call);
}

async function announce(
  call: RepositoryCall,
  what: { readonly issue: Issue; readonly label: Label; readonly action: 'labeled' | 'unlabeled' },
): Promise<void> {
  const more = { label: labelShape(call.world, call.repository, what.label) };
  if (isPull(what.issue)) {
    await sendPull(call.world, what.issue, { action: what.action, by: byOf(call), more });
  } else {
    sendIssue(call.world, what.issue, { action: what.action, by: byOf(call), more });
  }
}

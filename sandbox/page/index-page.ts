import { html } from '../../src/render/escape.ts';
import { layout } from './layout.ts';
import { moment, person } from './parts.ts';
import type { readRepositories } from './reader.ts';
import { rolloutSection, type WatchedRollout } from './rollout-section.ts';

type Repositories = Awaited<ReturnType<typeof readRepositories>>;
type ListedPull = Repositories[number]['pulls'][number];

/** Every repository with its pull requests, and above them what is being rolled out. */
export function indexPage(repositories: Repositories, rollouts: readonly WatchedRollout[] = []): string {
  const sections = repositories.map(({ place, description, pulls }) => {
    const path = `/${place.owner}/${place.repo}`;
    const list = pulls.map((pull) => `<li>${pullLine(path, pull)}</li>`).join('\n');
    return `<section aria-labelledby="${html(path.slice(1).replace('/', '-'))}"><h2 id="${html(path.slice(1).replace('/', '-'))}">${html(path.slice(1))}</h2>${description === null ? '' : `<p class="quiet">${html(description)}</p>`}${
      list === '' ? '<p class="quiet">No pull request yet.</p>' : `<ul class="list">${list}</ul>`
    }</section>`;
  });
  const body = sections.length === 0 ? '<p class="quiet">No repository yet.</p>' : sections.join('\n');
  return layout({
    title: 'Pull requests',
    crumbs: '',
    body: `<h1>Pull requests</h1>\n${rolloutSection(rollouts)}${body}`,
  });
}

/** Open, merged or closed. */
export function pullState(pull: {
  readonly state: string;
  readonly merged_at: string | null;
}): 'open' | 'merged' | 'closed' {
  if (pull.merged_at !== null) return 'merged';
  return pull.state === 'open' ? 'open' : 'closed';
}

function pullLine(path: string, pull: ListedPull): string {
  const state = pullState(pull);
  return `<div class="row"><span class="state ${state}">${state}</span><span class="grow"><a class="title" href="${html(path)}/pull/${pull.number}">${html(pull.title)}</a><br><span class="meta">#${pull.number} by ${person(pull.user?.login ?? 'ghost')} · ${moment(pull.created_at)}</span></span></div>`;
}

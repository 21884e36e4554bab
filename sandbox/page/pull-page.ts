import { html } from '../../src/render/escape.ts';
import { githubMarkdown } from './github-markdown.ts';
import { pullState } from './index-page.ts';
import { layout } from './layout.ts';
import { avatar, crumbs, moment, person, standingIcon, standingWords } from './parts.ts';
import type { CheckRun, PullContent } from './reader.ts';

/** A pull request as a person sees it: who wants what, what was said, what the checks say, what changes. */
export function pullPage(content: PullContent, options: { readonly localOrigin: string }): string {
  const { pull, place } = content;
  const state = pullState(pull);
  const path = `/${place.owner}/${place.repo}`;
  const heading = `<h1>${html(pull.title, 300)} <span class="number">#${pull.number}</span></h1>
<p class="meta"><span class="state ${state}">${state}</span> ${person(pull.user.login)} wants to merge ${pull.commits} ${pull.commits === 1 ? 'commit' : 'commits'} into <span class="branch">${html(pull.base.ref)}</span> from <span class="branch">${html(pull.head.label ?? pull.head.ref)}</span></p>`;
  return layout({
    title: `${pull.title} · #${pull.number}`,
    crumbs: crumbs(
      { label: `${place.owner}/${place.repo}`, path: '/' },
      { label: `#${pull.number}`, path: `${path}/pull/${pull.number}` },
    ),
    body: [
      heading,
      `<h2 class="hidden" id="conversation">Conversation</h2><ol class="timeline" aria-labelledby="conversation">${timeline(content, options)}</ol>`,
      checkSection(content, options),
      fileSection(content),
    ].join('\n'),
  });
}

function timeline({ pull, comments, commits }: PullContent, options: { readonly localOrigin: string }): string {
  const commitEvents = commits.map((commit) => ({
    at: commit.commit.committer?.date ?? '',
    entry: `<li class="event">${person(commit.author?.login ?? commit.commit.author?.name ?? 'somebody')} committed <code>${html(commit.sha.slice(0, 7))}</code> ${html(commit.commit.message.split('\n')[0] ?? '')}</li>`,
  }));
  const spoken = comments.map((comment) => ({
    at: comment.created_at,
    entry: spokenEntry({
      login: comment.user?.login ?? 'ghost',
      at: comment.created_at,
      isEdited: comment.updated_at !== comment.created_at,
      body: githubMarkdown(comment.body ?? '', options),
      reactions: reactionWords(comment.reactions),
    }),
  }));
  const ends = [
    ...(pull.merged_at === null
      ? []
      : [
          {
            at: pull.merged_at,
            entry: `<li class="event">${person(pull.merged_by?.login ?? 'somebody')} merged this · ${moment(pull.merged_at)}</li>`,
          },
        ]),
    ...(pull.closed_at === null || pull.merged_at !== null
      ? []
      : [{ at: pull.closed_at, entry: `<li class="event">closed · ${moment(pull.closed_at)}</li>` }]),
  ];
  const description = spokenEntry({
    login: pull.user.login,
    at: pull.created_at,
    isEdited: false,
    body: pull.body ? githubMarkdown(pull.body, options) : '<p class="quiet">No description.</p>',
    reactions: '',
  });
  const later = [...commitEvents, ...spoken, ...ends].sort((a, b) => a.at.localeCompare(b.at));
  return [description, ...later.map(({ entry }) => entry)].join('\n');
}

function spokenEntry(options: {
  readonly login: string;
  readonly at: string;
  readonly isEdited: boolean;
  readonly body: string;
  readonly reactions: string;
}): string {
  const edited = options.isEdited ? ' · edited' : '';
  return `<li><article class="box"><div class="head">${avatar(options.login)} <span>${person(options.login)}</span> <span class="quiet">${moment(options.at)}${edited}</span></div><div class="content markdown">${options.body}</div>${options.reactions}</article></li>`;
}

const reactionSigns = {
  '+1': '👍',
  '-1': '👎',
  laugh: '😄',
  hooray: '🎉',
  confused: '😕',
  heart: '❤️',
  rocket: '🚀',
  eyes: '👀',
} as const;

function reactionWords(reactions: Readonly<Record<string, unknown>> | undefined): string {
  const shown = Object.entries(reactionSigns).flatMap(([name, sign]) => {
    const count = Number(reactions?.[name] ?? 0);
    return count > 0 ? [`<span role="img" aria-label="${count} ${name}">${sign} ${count}</span>`] : [];
  });
  return shown.length === 0 ? '' : `<div class="reactions">${shown.join('')}</div>`;
}

function checkSection({ checks, reports }: PullContent, options: { readonly localOrigin: string }): string {
  if (checks.length === 0)
    return '<section aria-labelledby="checks"><h2 id="checks">Checks</h2><p class="quiet">No check yet.</p></section>';
  const tally = new Map<string, number>();
  for (const check of checks) {
    const { word } = standingWords(check);
    tally.set(word, (tally.get(word) ?? 0) + 1);
  }
  const words = [...tally].map(([word, count]) => `${count} ${word}`).join(', ');
  const urgency = ['bad', 'warn', 'busy', 'open', 'good'];
  const rank = (check: CheckRun) => urgency.indexOf(standingWords(check).tone);
  const ordered = [...checks].sort((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name));
  const lines = ordered.map((check) => `<li>${checkEntry(check, { report: reports.get(check.id), ...options })}</li>`);
  return `<section aria-labelledby="checks"><h2 id="checks">Checks <span class="quiet">· ${html(words)}</span></h2><ul class="list">${lines.join('\n')}</ul></section>`;
}

function checkEntry(
  check: CheckRun,
  options: { readonly report: string | undefined; readonly localOrigin: string },
): string {
  const { output } = check;
  const { word } = standingWords(check);
  const summary = `<span class="check">${standingIcon(check)}<span class="grow"><span class="name">${html(check.name)}</span> <span class="what">— ${html(output.title ?? word)}</span></span></span>`;
  const links = [
    ...(options.report === undefined ? [] : [`<a href="${html(options.report)}">Report</a>`]),
    ...(/\/actions\/runs\/\d/.test(check.details_url ?? '') && check.details_url?.startsWith(`${options.localOrigin}/`)
      ? [`<a href="${html(check.details_url.slice(options.localOrigin.length), 500)}">Run and logs</a>`]
      : []),
  ];
  const parts = [
    output.summary ? `<div class="markdown">${githubMarkdown(output.summary, options)}</div>` : '',
    output.text ? `<div class="markdown">${githubMarkdown(output.text, options)}</div>` : '',
    output.annotations_count > 0 ? `<p class="meta">${output.annotations_count} annotated lines</p>` : '',
  ].join('');
  const linkLine = links.length === 0 ? '' : `<div class="links">${links.join('')}</div>`;
  if (parts === '') return `${summary}${linkLine}`;
  return `<details class="fold" data-key="check-${html(check.name)}"><summary>${summary}</summary><div class="content">${parts}</div></details>${linkLine}`;
}

const shownPatch = 400;

function fileSection({ files }: PullContent): string {
  const lines = files.map((file) => {
    const stat = `<span class="stat"><span class="plus">+${file.additions}</span> <span class="minus">−${file.deletions}</span></span>`;
    const head = `<span class="row"><span class="grow"><code>${html(file.filename, 300)}</code></span><span class="meta">${html(file.status)}</span>${stat}</span>`;
    if (file.patch === undefined || file.patch === '') return `<li>${head}</li>`;
    return `<li><details class="fold" data-key="file-${html(file.filename, 300)}"><summary>${head}</summary><pre class="diff" tabindex="0"><code>${patchLines(file.patch)}</code></pre></details></li>`;
  });
  return `<section aria-labelledby="files"><h2 id="files">Files changed <span class="quiet">· ${files.length}</span></h2><ul class="list">${lines.join('\n')}</ul></section>`;
}

function patchLines(patch: string): string {
  const all = patch.split('\n');
  const shown = all.slice(0, shownPatch).map((line) => {
    const kind = line.startsWith('+') ? 'add' : line.startsWith('-') ? 'del' : line.startsWith('@@') ? 'hunk' : '';
    const content = html(line, 400);
    return kind === '' ? `${content}\n` : `<span class="${kind}">${content}</span>`;
  });
  return `${shown.join('')}${all.length > shownPatch ? `… ${all.length - shownPatch} more lines` : ''}`;
}

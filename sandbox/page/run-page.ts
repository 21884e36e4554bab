import { html } from '../../src/render/escape.ts';
import { bytes } from '../../src/render/number.ts';
import { layout } from './layout.ts';
import { crumbs, moment, standingIcon, standingWords } from './parts.ts';
import { type Artifact, type Job, type RunContent, reportPath } from './reader.ts';

/** A workflow run: its jobs with their steps and logs, and what it left behind. */
export function runPage(content: RunContent, logs: ReadonlyMap<number, string>): string {
  const { run, jobs, artifacts, place } = content;
  const path = `/${place.owner}/${place.repo}`;
  const jobList = jobs.map((job) => `<li>${jobEntry(job, logs.get(job.id) ?? '')}</li>`).join('\n');
  const artifactList = artifacts.map((artifact) => `<li>${artifactEntry(artifact, content)}</li>`).join('\n');
  return layout({
    title: `${run.display_title} · run ${run.id}`,
    crumbs: crumbs(
      { label: `${place.owner}/${place.repo}`, path: '/' },
      { label: `run ${run.id}`, path: `${path}/actions/runs/${run.id}` },
    ),
    body: `<h1>${html(run.display_title)} <span class="number">run ${run.id}</span></h1>
<p class="meta"><span class="check">${standingIcon(run)} ${html(standingWords(run).word)} · ${html(run.event)} · ${html(run.path ?? '')} at <code>${html(run.head_sha.slice(0, 7))}</code> · ${moment(run.created_at)}</span></p>
<section aria-labelledby="jobs"><h2 id="jobs">Jobs</h2>${jobList === '' ? '<p class="quiet">No job yet.</p>' : `<ul class="list">${jobList}</ul>`}</section>
<section aria-labelledby="artifacts"><h2 id="artifacts">Artifacts</h2>${artifactList === '' ? '<p class="quiet">None yet.</p>' : `<ul class="list">${artifactList}</ul>`}</section>`,
  });
}

function jobEntry(job: Job, log: string): string {
  const steps = (job.steps ?? [])
    .map((step) => `<li><span class="check">${standingIcon(step)} ${html(step.name)}</span></li>`)
    .join('');
  const runner = job.runner_name ? ` on <code>${html(job.runner_name)}</code>` : '';
  const labels = job.labels.length === 0 ? '' : ` <span class="what">${html(job.labels.join(', '))}</span>`;
  const head = `<span class="check">${standingIcon(job)}<span class="grow"><span class="name">${html(job.name)}</span> <span class="what">— ${html(standingWords(job).word)}${runner}</span>${labels}</span></span>`;
  const lines = log === '' ? '' : `<pre class="log" tabindex="0"><code>${logLines(log)}</code></pre>`;
  const body = `${steps === '' ? '' : `<ul class="key">${steps}</ul>`}${lines}`;
  return body === ''
    ? head
    : `<details class="fold" data-key="job-${job.id}"${job.conclusion === 'failure' ? ' open' : ''}><summary>${head}</summary><div class="content">${body}</div></details>`;
}

const shownLines = 2000;

/** The end of a log, without terminal colours and the times that GitHub puts before each line. */
function logLines(log: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours begin with an escape character
  const lines = log.replace(/\u001b\[[0-9;]*m/g, '').split(/\r?\n/);
  return lines
    .slice(-shownLines)
    .map((line) => html(line.replace(/^\d{4}-\d\d-\d\dT[\d:.]+Z /, ''), 1000))
    .join('\n');
}

function artifactEntry(artifact: Artifact, { place }: RunContent): string {
  const report = artifact.name.startsWith('siskin-result-')
    ? ` · <a href="${html(reportPath(place, artifact.id))}">Report</a>`
    : '';
  return `<code>${html(artifact.name)}</code> <span class="meta">${html(bytes(artifact.size_in_bytes))}${report}</span>`;
}

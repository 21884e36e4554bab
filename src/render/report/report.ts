import { byteLength } from '../budget.ts';
import { html, htmlProse } from '../escape.ts';
import { shortSha } from '../markdown.ts';
import { counted } from '../number.ts';
import { capital } from '../outcome.ts';
import { type Detail, details, fullDetail } from './detail.ts';
import { chip, htmlCode, htmlPage } from './element.ts';
import { sectionsOf } from './sections.ts';
import { reportStyle, styleSheet } from './style.ts';
import { type JudgedResult, type Subject, subjectOf } from './subject.ts';
import { judgementTone } from './tone.ts';

/** The largest report, in bytes: the App reads no artifact that unpacks to more than 20 MB, and result.json needs its part. */
export const reportLimitBytes = 12_000_000;

/**
 * The report of one evaluated model as one HTML file: it opens without a network, runs nothing and holds no row of the
 * data. `result` comes from job `evaluate`, `judgement` is what the base branch's policy makes of it.
 */
export function renderReport(judged: JudgedResult): string {
  return renderReports([subjectOf(judged)]);
}

/** One page on one or several subjects. What would make it larger than a browser likes is shortened, and the page says so. */
export function renderReports(subjects: readonly Subject[]): string {
  const told = toldApart(subjects);
  let page = '';
  for (const detail of details) {
    page = pageOf(told, detail);
    if (byteLength(page) <= reportLimitBytes) return page;
  }
  return page;
}

/** The same name twice is numbered: links, and whoever hears the page, must know which is meant. */
function toldApart(subjects: readonly Subject[]): readonly Subject[] {
  const seen = new Map<string, number>();
  return subjects.map((subject) => {
    const times = (seen.get(subject.title) ?? 0) + 1;
    seen.set(subject.title, times);
    return times === 1 ? subject : { ...subject, title: `${subject.title} (${times})` };
  });
}

const stylesheet = `${styleSheet}${reportStyle}`;

function pageOf(subjects: readonly Subject[], detail: Detail): string {
  const [first] = subjects;
  const isOne = subjects.length === 1 && first !== undefined;
  return htmlPage({
    title: isOne
      ? `${first.title}: ${plainHeadline(first)}`
      : `${counted(subjects.length, 'model')}: ${tally(subjects)}`,
    style: stylesheet,
    body: `<div class="page">
${isOne ? header(first) : commonHeader(subjects)}
<main>
${isOne ? sectionsOf(first, { prefix: '', level: 2 }, detail) : subjects.map((subject, index) => chapter(subject, index, detail)).join('\n')}
</main>
<footer>${detail === fullDetail ? '' : 'Shortened to stay readable: long tables end early. The measurements themselves are in result.json beside this file. '}Made by Siskin from measurements only: this file holds no row of the data, loads nothing and runs nothing.</footer>
</div>`,
  });
}

function header(subject: Subject): string {
  return `<header>
<p class="meta"><span class="brand">Siskin</span> · report on ${htmlCode(subject.title, 120)}${subject.origin.kind === 'run' ? ` in ${html(subject.origin.repository)}` : ''}</p>
<h1>${verdictChip(subject)} ${htmlProse(subject.judgement.headline, 300)}</h1>
<p class="meta">${originLine(subject)}</p>
</header>`;
}

function commonHeader(subjects: readonly Subject[]): string {
  const rows = subjects.map(
    (subject, index) =>
      `<li><a href="#m${index}">${htmlCode(subject.title, 80)}</a> ${verdictChip(subject)} <span>${htmlProse(subject.judgement.headline, 240)}</span></li>`,
  );
  return `<header>
<p class="meta"><span class="brand">Siskin</span> · report on ${counted(subjects.length, 'model')}</p>
<h1>${html(capital(tally(subjects)))}</h1>
</header>
<nav aria-label="Models"><ul class="models">${rows.join('\n')}</ul></nav>`;
}

function chapter(subject: Subject, index: number, detail: Detail): string {
  const prefix = `m${index}`;
  return `<article id="${prefix}" aria-labelledby="${prefix}-title">
<h2 id="${prefix}-title">${htmlCode(subject.title, 120)} ${verdictChip(subject)} ${htmlProse(subject.judgement.headline, 300)}</h2>
<p class="meta">${originLine(subject)}</p>
${sectionsOf(subject, { prefix: `${prefix}-`, level: 3 }, detail)}
</article>`;
}

function originLine({ origin }: Subject): string {
  if (origin.kind === 'terminal') return 'measured on a terminal';
  const { head, base, run, finishedAt } = origin;
  return `${htmlCode(shortSha(head))} against ${htmlCode(shortSha(base))} · run ${run.id}, attempt ${run.attempt} · ${html(finishedAt.slice(0, 16).replace('T', ' '))} UTC`;
}

function verdictChip({ judgement }: Subject): string {
  return chip(verdictWord(judgement), judgementTone(judgement));
}

function verdictWord({ verdict, review }: Subject['judgement']): string {
  return capital(verdict === 'pass' && review ? 'review' : verdict);
}

/** `3 models: 1 fail, 2 pass`. */
function tally(subjects: readonly Subject[]): string {
  const words = Map.groupBy(subjects, ({ judgement }) => verdictWord(judgement).toLowerCase());
  return [...words].map(([word, { length }]) => `${length} ${word}`).join(', ');
}

function plainHeadline({ judgement }: Subject): string {
  return judgement.headline.replaceAll('`', '');
}

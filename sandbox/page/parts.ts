import { html } from '../../src/render/escape.ts';

/** Where a check, a job or a step stands, as GitHub says it. */
export interface Standing {
  readonly status: string | null;
  readonly conclusion: string | null;
}

const shapes = {
  good: '<circle cx="8" cy="8" r="8" fill="currentColor"/><path d="M4.5 8.2l2.4 2.4 4.6-5" fill="none" stroke="var(--ground)" stroke-width="1.8"/>',
  bad: '<circle cx="8" cy="8" r="8" fill="currentColor"/><path d="M5 5l6 6M11 5l-6 6" fill="none" stroke="var(--ground)" stroke-width="1.8"/>',
  warn: '<circle cx="8" cy="8" r="8" fill="currentColor"/><path d="M8 3.8v5M8 11v1.6" fill="none" stroke="var(--ground)" stroke-width="1.9"/>',
  busy: '<circle cx="8" cy="8" r="6.5" fill="none" stroke="currentColor" stroke-width="2" stroke-dasharray="28 12"/><circle cx="8" cy="8" r="2.5" fill="currentColor"/>',
  open: '<rect x="1.5" y="1.5" width="13" height="13" rx="3" fill="currentColor"/>',
} as const;

/** An icon with its word for those who do not see it. */
export function standingIcon(standing: Standing): string {
  const { word, tone } = standingWords(standing);
  return `<svg class="icon ${tone}" width="16" height="16" viewBox="0 0 16 16" role="img" aria-label="${html(word)}">${shapes[tone]}</svg>`;
}

/** The word of a standing and the colour that goes with it. */
export function standingWords({ status, conclusion }: Standing): {
  readonly word: string;
  readonly tone: keyof typeof shapes;
} {
  if (status !== 'completed') {
    return status === 'in_progress'
      ? { word: 'in progress', tone: 'busy' }
      : { word: status ?? 'queued', tone: 'busy' };
  }
  const word = (conclusion ?? 'unknown').replaceAll('_', ' ');
  switch (conclusion) {
    case 'success':
      return { word, tone: 'good' };
    case 'failure':
    case 'timed_out':
    case 'startup_failure':
      return { word, tone: 'bad' };
    case 'action_required':
      return { word, tone: 'warn' };
    default:
      return { word, tone: 'open' };
  }
}

/** A coloured initial; Apps have a square one. */
export function avatar(login: string): string {
  let hue = 0;
  for (const letter of login) hue = (hue * 31 + letter.charCodeAt(0)) % 360;
  const kind = login.endsWith('[bot]') ? 'avatar bot' : 'avatar';
  return `<span class="${kind}" style="background:hsl(${hue} 45% 38%)" aria-hidden="true">${html(login.charAt(0).toUpperCase())}</span>`;
}

/** `<b>ada</b>`, with the tag `bot` for an App. */
export function person(login: string): string {
  const name = login.replace(/\[bot\]$/, '');
  return `<b>${html(name)}</b>${name === login ? '' : ' <span class="tag">bot</span>'}`;
}

/** An instant as people read it. */
export function moment(instant: string | null | undefined): string {
  if (instant === null || instant === undefined) return '';
  return `<time datetime="${html(instant)}">${html(instant.slice(0, 10))} ${html(instant.slice(11, 19))} UTC</time>`;
}

/** The trail in the bar at the top. */
export function crumbs(...steps: readonly { readonly label: string; readonly path: string }[]): string {
  return steps
    .map(({ label, path }) => `<span class="sep" aria-hidden="true">/</span><a href="${html(path)}">${html(label)}</a>`)
    .join('');
}

import type { Finding } from '../decide/doctor/finding.ts';
import { link, prose } from './escape.ts';
import { table, unbroken } from './markdown.ts';
import { counted } from './number.ts';

/** What a look at the set-up found, what must be mended first, as Markdown. */
export function renderFindings(findings: readonly Finding[]): string {
  const ordered = order.flatMap((state) => findings.filter((finding) => finding.state === state));
  const left = (title: string) => ({ title, align: 'left' as const });
  const rows = ordered.map(({ what, state, found, fix, url }) => {
    const page = url === undefined ? '' : ` (${link('open', url)})`;
    return [unbroken(words[state]), prose(what, 60), prose(found, 500), fix === '' ? '—' : `${prose(fix, 300)}${page}`];
  });
  return `**${verdict(findings)}**\n\n${table([left(''), left('what'), left('found'), left('to do')], rows)}`;
}

const order = ['problem', 'unverified', 'ok'] as const;

const words = { ok: '🟢 ok', problem: '🔴 problem', unverified: '⚪ could not verify' } as const;

/** One sentence about all findings together. */
function verdict(findings: readonly Finding[]): string {
  const count = (state: Finding['state']) => findings.filter((finding) => finding.state === state).length;
  const [problems, doubts] = [count('problem'), count('unverified')];
  if (problems > 0) return `${counted(problems, 'problem')} of ${counted(findings.length, 'look')}`;
  return doubts > 0 ? `No problem, ${counted(doubts, 'doubt')}` : 'Everything is ready';
}

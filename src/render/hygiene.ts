import type { Findings } from '../hygiene/judge-change.ts';
import type { Place } from '../hygiene/rule.ts';
import { code, plain, prose } from './escape.ts';
import { counted } from './number.ts';

/** The most letters of one rule's places: all rules together then fit into a comment, whatever the names are. */
const placeLetters = 4500;

/** What a rule found, as one message of Danger's table: what, where, why, and what to do. */
export function hygieneMessage({ title, reason, fix, places, more, rule }: Findings): string {
  const shown: string[] = [];
  let letters = 0;
  for (const place of places) {
    const line = `- ${placeLine(place)}`;
    letters += line.length;
    if (letters > placeLetters) break;
    shown.push(line);
  }
  const rest = more + places.length - shown.length;
  if (rest > 0) shown.push(`- … and ${counted(rest, 'more place')}`);
  return `**${title}**\n\n${shown.join('\n')}\n\n**Why** ${prose(reason)}.\n\n**Do** ${prose(fix)}. (Rule ${code(rule)} of ${code('hygiene')} in the policy.)`;
}

/** What a rule found on one line, for a comment beside that line. */
export function hygieneLineMessage({ title, fix }: Findings, { found }: Place): string {
  return `**${title}**: ${prose(found, 400)}. ${prose(sentence(fix))}.`;
}

/** The same for a place that renders no markup: an annotation. */
export function hygieneAnnotation({ title, reason, fix }: Findings, { found }: Place): string {
  return plain(`${title}: ${found}. Why: ${reason}. Do: ${fix}.`, 1500);
}

/** The job summary of a pull request that breaks a rule, with the notice of what could not be looked into. */
export function hygieneSummary(options: { readonly found: readonly Findings[]; readonly unread: number }): string {
  const { found, unread } = options;
  const failing = found.filter(({ level }) => level === 'fail').length;
  const heading = `### ${failing > 0 ? '🔴' : '🟡'} Hygiene: ${counted(found.length, 'rule')} not kept${failing > 0 ? `, ${failing} of them must be` : ''}`;
  const blocks = found.map((one) => `${one.level === 'fail' ? '🔴' : '🟡'} ${hygieneMessage(one)}`);
  return [heading, ...blocks, ...(unread > 0 ? [unreadNotice(unread)] : [])].join('\n\n');
}

/** Says of how many files nothing can be said. */
export function unreadNotice(unread: number): string {
  return `${counted(unread, 'file')} could not be looked into, being too large or too many.`;
}

function placeLine({ path, line, found }: Place): string {
  return `${code(line === null ? path : `${path}:${line}`, 160)} ${prose(found, 400)}`;
}

function sentence(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}

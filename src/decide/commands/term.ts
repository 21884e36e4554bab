import type { Command, Term } from '../../command/command.ts';
import { clock } from '../../render/markdown.ts';
import { endOf } from '../lock.ts';
import { type Answer, refuse } from './scene.ts';

/** Refuses a term that is over already or that ends later than it may; null when it is in between. */
export function termRefusal(
  command: Command,
  { term, mostMinutes, now }: { readonly term: Term; readonly mostMinutes: number; readonly now: string },
): Answer | null {
  const end = endOf(term, now);
  const latest = endOf({ minutes: mostMinutes }, now);
  if (Date.parse(end) <= Date.parse(now)) {
    const reason = `${clock(end, now)} is over, it is ${clock(now, now)} now`;
    return refuse(command, { code: 'term-out-of-range', reason, fix: 'Name a later time, or say `--for 2h`.' });
  }
  if (Date.parse(end) <= Date.parse(latest)) return null;
  const reason = `it would last until ${clock(end, now)}, and the policy lets it last until ${clock(latest, now)}`;
  return refuse(command, { code: 'term-out-of-range', reason, fix: `At most \`--for ${spanOf(mostMinutes)}\`.` });
}

function spanOf(minutes: number): string {
  if (minutes % 1440 === 0) return `${minutes / 1440}d`;
  return minutes % 60 === 0 ? `${minutes / 60}h` : `${minutes}m`;
}

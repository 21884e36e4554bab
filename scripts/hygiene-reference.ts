import { hygieneRules } from '../src/hygiene/judge-change.ts';
import { HygienePolicy } from '../src/policy/hygiene-policy.ts';
import { table } from './markdown-table.ts';

/** The rules of hygiene for people: what each finds, at which level unless the policy says another, why, and what to do. */
export function hygieneTable(): string {
  const levels = HygienePolicy.parse({});
  const rows = hygieneRules.map(({ name, reason, fix }) => [
    `\`${name}\``,
    `\`${levels[name]}\``,
    HygienePolicy.shape[name].description ?? '',
    sentence(reason),
    sentence(fix),
  ]);
  return table(['rule', 'default', 'finds', 'why', 'what to do'], rows);
}

function sentence(words: string): string {
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}.`;
}

import { quoted } from './quoted.ts';
import { releaseKeys } from './release-policy.ts';
import type { RolloutPolicy } from './rollout-policy.ts';
import { rolloutKeys } from './rollout-policy.ts';

/** The rules of one environment for what is released to it. */
type Rules = RolloutPolicy & { readonly [Key in keyof typeof releaseKeys]?: number };
type Environments = Readonly<Record<string, Rules>>;

/** What an edit changes about how releases get into environments, one sentence each; what lets more through says so. */
export function rolloutChanges(before: Environments, after: Environments): readonly string[] {
  return Object.keys(after).flatMap((name) => {
    // A new environment has no rules that could be loosened, one that is gone has none at all.
    if (!Object.hasOwn(before, name)) return [];
    const [old, now] = [leaves(before[name]), leaves(after[name])];
    const paths = [...new Set([...Object.keys(old), ...Object.keys(now)])];
    return paths.flatMap((path) => {
      if (old[path] === now[path]) return [];
      const judgement = isLooser(path, old[path], now[path]) ? ' (loosened)' : '';
      const key = `\`environments.${name}.${path}\``;
      if (old[path] === undefined) return [`sets ${key} to ${shown(now[path])}${judgement}.`];
      if (now[path] === undefined) return [`removes ${key}, which was ${shown(old[path])}${judgement}.`];
      return [`changes ${key} from ${shown(old[path])} to ${shown(now[path])}${judgement}.`];
    });
  });
}

type Leaf = string | number | boolean;

function leaves(policy: Rules | undefined): Readonly<Record<string, Leaf>> {
  const found: Record<string, Leaf> = {};
  // The keys of the schemas are those of the type.
  const keys = [...Object.keys(rolloutKeys), ...Object.keys(releaseKeys)] as readonly (keyof Rules)[];
  for (const key of keys) put(found, key, policy?.[key]);
  return found;
}

function put(found: Record<string, Leaf>, path: string, value: unknown): void {
  if (Array.isArray(value)) for (const [at, member] of value.entries()) put(found, `${path}.${at + 1}`, member);
  else if (typeof value === 'object' && value !== null) {
    for (const [key, member] of Object.entries(value)) put(found, `${path}.${key}`, member);
  } else if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') found[path] = value;
}

/** The direction in which a number lets more through. */
const looserWhen: Readonly<Record<string, 'higher' | 'lower'>> = {
  weight: 'higher',
  'minimum-exposure': 'lower',
  'minimum-minutes': 'lower',
  margin: 'higher',
  'harm-alpha': 'lower',
  'non-inferiority-alpha': 'higher',
  dispersion: 'higher',
  'history-intervals': 'lower',
  'interval-seconds': 'higher',
  'bake-minutes': 'lower',
  approvals: 'lower',
};

/** What stands first lets least through. */
const strictness: Readonly<Record<string, readonly (Leaf | undefined)[]>> = {
  role: ['target', 'guardrail', 'info'],
  needs: ['not-worse', 'no-harm'],
  pause: [true, false],
  inconclusive: ['rollback', 'hold'],
  'no-traffic': ['rollback', 'hold'],
  'source-down': ['rollback', 'hold'],
};

function isLooser(path: string, before: Leaf | undefined, after: Leaf | undefined): boolean {
  const key = path.split('.').at(-1) ?? path;
  const part = path.split('.')[0] ?? path;
  if (key === 'after') return after === undefined || before !== undefined;
  // With what is asked, or of whom, what the number means has changed: nobody can tell that it is as strict.
  if (
    part === 'metrics' &&
    (/\.query\.[^.]+$/.test(path) || ['source', 'direction', 'kind', 'edge', 'quantile'].includes(key))
  ) {
    return before !== undefined;
  }
  if (part === 'shadow' || part === 'audience' || part === 'serving') return part !== 'serving' && after === undefined;
  const order = strictness[key];
  if (order !== undefined)
    return after === undefined
      ? part === 'metrics' || key === 'pause'
      : before !== undefined && order.indexOf(after) > order.indexOf(before);
  const direction = looserWhen[key];
  if (direction === undefined) return false;
  // A step or a metric that is gone asks for nothing any more.
  if (typeof after !== 'number') return true;
  if (typeof before !== 'number') return false;
  return direction === 'higher' ? after > before : after < before;
}

function shown(value: Leaf | undefined): string {
  return typeof value === 'string' ? quoted(value) : String(value);
}

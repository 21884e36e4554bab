import { type MetricName, metricDefinitions, metricNames } from '../evaluate/metric-name.ts';
import { accessChanges } from './access-changes.ts';
import { budgetChanges } from './budget-changes.ts';
import { comparisonLoosens } from './comparison-changes.ts';
import { fairnessChanges } from './fairness-changes.ts';
import { hygieneLevels } from './hygiene-policy.ts';
import type { Gate, ModelPolicy, Policy } from './policy.ts';
import { privacyLoosens } from './privacy-changes.ts';
import { quoted } from './quoted.ts';
import { releaseChanges } from './release-changes.ts';
import { rolloutChanges } from './rollout-changes.ts';

/**
 * What an edit of the policy would change once it is merged, one sentence each, for the preview in a pull request. What
 * makes it easier to pass comes first and says so. Null means that there was, or would be, no policy.
 */
export function policyChanges(before: Policy | null, after: Policy | null): readonly string[] {
  if (after === null)
    return before === null ? [] : ['Removes the policy: nothing would be checked any more (loosened).'];
  const names = new Set([...Object.keys(before?.models ?? {}), ...Object.keys(after.models)]);
  const sentences = [
    ...leafChanges(
      before === null ? {} : leaves({ ...before, ...toldElsewhere }),
      before === null ? {} : leaves({ ...after, ...toldElsewhere }),
    ),
    ...(before === null ? [] : accessChanges(before, after)),
    ...(before === null ? [] : rolloutChanges(before.environments, after.environments)),
    ...(before === null ? [] : releaseChanges(before.release, after.release)),
    ...(before === null ? [] : budgetChanges(before.budget, after.budget)),
    ...[...names].flatMap((name) => {
      const changes = modelChanges(before?.models[name], after.models[name]);
      return changes.map((change) => `\`${name}\`: ${change}`);
    }),
  ].map((sentence) => sentence.charAt(0).toUpperCase() + sentence.slice(1));
  return sentences.sort((a, b) => Number(isLoosening(b)) - Number(isLoosening(a)));
}

const toldElsewhere = {
  models: undefined,
  access: undefined,
  environments: undefined,
  release: undefined,
  'author-may-approve': undefined,
  budget: undefined,
};

/** Whether a sentence of policyChanges tells of something that becomes easier to pass. */
export function isLoosening(sentence: string): boolean {
  return sentence.endsWith('(loosened).');
}

function modelChanges(before: ModelPolicy | undefined, after: ModelPolicy | undefined): readonly string[] {
  if (after === undefined) return ['is no longer checked (loosened).'];
  if (before === undefined) {
    const gates = Object.entries(after.metrics).filter(([, gate]) => gate?.kind !== 'info').length;
    return [`is checked from now on, with ${gates} ${gates === 1 ? 'gate' : 'gates'}.`];
  }
  return [
    ...metricNames.flatMap((metric) => gateChanges(metric, before.metrics[metric], after.metrics[metric])),
    ...fairnessChanges(before.fairness, after.fairness),
    ...leafChanges(
      leaves({ ...before, metrics: undefined, fairness: undefined }),
      leaves({ ...after, metrics: undefined, fairness: undefined }),
    ),
  ];
}

function gateChanges(metric: MetricName, before: Gate | undefined, after: Gate | undefined): readonly string[] {
  const { title } = metricDefinitions[metric];
  const decides = (gate: Gate | undefined) => gate !== undefined && gate.kind !== 'info';
  if (before === undefined && after === undefined) return [];
  if (before === undefined) return [decides(after) ? `gates ${title} from now on.` : `shows ${title}.`];
  if (after === undefined)
    return [decides(before) ? `no longer gates ${title} (loosened).` : `no longer shows ${title}.`];
  if (decides(before) && !decides(after)) return [`only shows ${title}, which no longer decides (loosened).`];
  if (!decides(before) && decides(after)) return [`lets ${title} decide from now on.`];
  return leafChanges(leaves(before), leaves(after)).map((change) => `gate on ${title}: ${change}`);
}

type Leaf = string | number | boolean;

/** The entries of a policy by dotted path; a list is one entry. */
function leaves(value: object, prefix = ''): Readonly<Record<string, Leaf>> {
  const result: Record<string, Leaf> = {};
  for (const [key, member] of Object.entries(value)) {
    const path = `${prefix}${key}`;
    if (Array.isArray(member)) result[path] = member.join(', ');
    else if (typeof member === 'object' && member !== null) Object.assign(result, leaves(member, `${path}.`));
    else if (member !== undefined) result[path] = member;
  }
  return result;
}

function leafChanges(before: Readonly<Record<string, Leaf>>, after: Readonly<Record<string, Leaf>>): readonly string[] {
  const paths = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return paths.flatMap((path) => {
    const old = before[path];
    const now = after[path];
    if (old === now) return [];
    const judgement = isLooser(path, old, now) ? ' (loosened)' : '';
    if (old === undefined) return [`sets \`${path}\` to ${shown(now)}${judgement}.`];
    if (now === undefined) return [`removes \`${path}\`, which was ${shown(old)}${judgement}.`];
    return [`changes \`${path}\` from ${shown(old)} to ${shown(now)}${judgement}.`];
  });
}

/** The direction in which a number is easier to satisfy; without the number nothing has to be satisfied. */
const looserWhen: Readonly<Record<string, 'higher' | 'lower'>> = {
  'at-least': 'lower',
  'at-most': 'higher',
  confidence: 'lower',
  'metric-options.top-k': 'higher',
  'ranking.cutoff': 'higher',
  'drift.alpha': 'lower',
  'drift.effect': 'higher',
};

const driftRules: readonly (Leaf | undefined)[] = ['fail', 'warn', 'ignore'];
const strictness: readonly (Leaf | undefined)[] = hygieneLevels;

function isLooser(path: string, before: Leaf | undefined, after: Leaf | undefined): boolean {
  const ofComparison = comparisonLoosens(path, before, after);
  if (ofComparison !== null) return ofComparison;
  const ofPrivacy = privacyLoosens(path, before, after);
  if (ofPrivacy !== null) return ofPrivacy;
  if (path === 'drift.rule') return driftRules.indexOf(after) > driftRules.indexOf(before);
  if (path === 'drift.ignore') {
    const ignored = String(before ?? '').split(', ');
    return String(after ?? '')
      .split(', ')
      .some((column) => column !== '' && !ignored.includes(column));
  }
  if (path === 'drift.critical') return isListShorter(before, after);
  if (path.startsWith('drift.columns.')) return isColumnLooser(path, before, after);
  // Rows that belong together tell less than as many independent ones: with blocks fewer columns move.
  if (path.startsWith('drift.block.')) return after !== undefined;
  if (path.startsWith('hygiene.')) return strictness.indexOf(after) > strictness.indexOf(before);
  if (path === 'data.schema') return after === undefined;
  const direction = looserWhen[path];
  if (direction === undefined) return false;
  if (typeof before !== 'number' || typeof after !== 'number') return after === undefined;
  return direction === 'higher' ? after > before : after < before;
}

function isListShorter(before: Leaf | undefined, after: Leaf | undefined): boolean {
  const left = String(after ?? '').split(', ');
  return String(before ?? '')
    .split(', ')
    .some((name) => name !== '' && !left.includes(name));
}

/** Beside what holds for all columns a bound of one may be looser or stricter: what cannot be compared counts as looser. */
function isColumnLooser(path: string, before: Leaf | undefined, after: Leaf | undefined): boolean {
  if (typeof before !== 'number' || typeof after !== 'number') return true;
  return path.endsWith('.alpha') ? after < before : after > before;
}

function shown(value: Leaf | undefined): string {
  if (typeof value === 'string') return value === '' ? 'nothing' : quoted(value);
  return String(value);
}

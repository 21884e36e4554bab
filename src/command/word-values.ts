import { ModelName } from '../policy/policy.ts';
import { isVersion } from '../registry/version.ts';
import type { Term } from './command.ts';
import type { VerbGrammar, Word } from './grammar.ts';
import { printable } from './printable.ts';

/** The words behind a verb as typed values; null and false where nothing was said. */
export interface Words {
  readonly target: string | null;
  readonly model: string | null;
  readonly reason: string | null;
  readonly term: Term | null;
  readonly organisation: boolean;
  readonly seed: number | null;
  readonly environment: string | null;
  readonly step: string | null;
  readonly to: string | null;
  readonly sha: string | null;
  readonly dryRun: boolean;
}

/** Nothing but the verb. */
export const nothingSaid: Words = {
  target: null,
  model: null,
  reason: null,
  term: null,
  organisation: false,
  seed: null,
  environment: null,
  step: null,
  to: null,
  sha: null,
  dryRun: false,
};

/** One thing that can be said behind a verb, and how its value is read. */
export interface WordValue {
  /** What must not be said twice, whichever way. */
  readonly name: Word | 'target' | 'dry-run';
  /** What it is, in a sentence: `model`. */
  readonly is: string;
  /** The way that help shows stands first. */
  readonly flags: readonly string[];
  /** The name before `=`; null when it is said by flag or place only. */
  readonly key: string | null;
  /** What the value must be, in a sentence: `the name of a model`; null for what has none. */
  readonly value: string | null;
  /** Null when the value is not what it must be. */
  readonly read: (words: Words, value: string) => Words | null;
}

/** All that may stand behind a verb. */
export function wordValues(of: VerbGrammar): readonly WordValue[] {
  const taken = of.takes.flatMap((word) => wordTable[word]);
  const target = of.target === null ? [] : [targetValue(of.target)];
  return [...target, ...taken, ...(of.changes ? [dryRun] : [])];
}

/** The flags of these, each by the name that help shows. */
export function flagNames(values: readonly WordValue[]): readonly string[] {
  return values.flatMap(({ flags: [first] }) => first ?? []);
}

const longestReason = 200;

const wordTable: Readonly<Record<Word, readonly WordValue[]>> = {
  model: [
    {
      name: 'model',
      is: 'model',
      flags: ['-m', '--model'],
      key: 'model',
      value: 'the name of a model',
      read: (words, model) => (ModelName.safeParse(model).success ? { ...words, model } : null),
    },
  ],
  reason: [
    {
      name: 'reason',
      is: 'reason (put several words into quotation marks)',
      flags: ['--reason'],
      key: 'reason',
      value: 'a reason',
      read: (words, value) => {
        const reason = printable(value, longestReason).trim();
        // The dots of an example are no reason.
        return /[\p{L}\p{N}]/u.test(reason) ? { ...words, reason } : null;
      },
    },
  ],
  term: [
    {
      name: 'term',
      is: 'term',
      flags: ['--for'],
      key: 'for',
      value: 'a time such as `30m`, `2h` or `1d`',
      read: (words, value) => {
        const minutes = minutesOf(value);
        return minutes === null ? null : { ...words, term: { minutes } };
      },
    },
    {
      name: 'term',
      is: 'term',
      flags: ['--until'],
      key: 'until',
      value: 'an instant such as `2026-03-01T18:00Z`',
      read: (words, value) => {
        const until = instantOf(value);
        return until === null ? null : { ...words, term: { until } };
      },
    },
  ],
  organisation: [
    {
      name: 'organisation',
      is: 'scope',
      flags: ['--organisation', '--organization'],
      key: null,
      value: null,
      read: (words) => ({ ...words, organisation: true }),
    },
  ],
  seed: [
    {
      name: 'seed',
      is: 'seed',
      flags: ['--seed'],
      key: 'seed',
      value: 'a whole number',
      read: (words, value) => (/^\d{1,9}$/.test(value) ? { ...words, seed: Number(value) } : null),
    },
  ],
  environment: [
    {
      name: 'environment',
      is: 'environment',
      flags: ['-e', '--environment'],
      key: 'environment',
      value: 'the name of an environment',
      read: (words, value) =>
        /^[a-z0-9][a-z0-9-]{0,62}$/i.test(value) ? { ...words, environment: value.toLowerCase() } : null,
    },
  ],
  step: [
    {
      name: 'step',
      is: 'step',
      flags: ['--step'],
      key: 'step',
      value: 'the number of a step, such as `2`',
      read: (words, step) => (/^[1-9]\d{0,2}(?:\.[1-9]\d{0,3})?$/.test(step) ? { ...words, step } : null),
    },
  ],
  to: [
    {
      name: 'to',
      is: 'version',
      flags: ['--to'],
      key: 'to',
      value: 'a version such as `1.4.0`',
      read: (words, value) => {
        const to = value.replace(/^v/i, '');
        return isVersion(to) ? { ...words, to } : null;
      },
    },
  ],
  sha: [
    {
      name: 'sha',
      is: 'commit',
      flags: [],
      key: null,
      value: '7 to 40 hexadecimal digits of a commit after `@`',
      read: (words, value) => {
        const sha = value.slice(1).toLowerCase();
        return /^[0-9a-f]{7,40}$/.test(sha) ? { ...words, sha } : null;
      },
    },
  ],
};

const dryRun: WordValue = {
  name: 'dry-run',
  is: 'dry run',
  flags: ['--dry-run'],
  key: null,
  value: null,
  read: (words) => ({ ...words, dryRun: true }),
};

/** What each kind of target is called. */
export const targetWords = {
  'canary-action': 'action or weight',
  code: 'reason code',
  environment: 'environment',
  'freeze-target': 'target',
  metric: 'metric',
  version: 'version',
} as const satisfies Readonly<Record<NonNullable<VerbGrammar['target']>, string>>;

function targetValue(kind: NonNullable<VerbGrammar['target']>): WordValue {
  const is = targetWords[kind];
  if (kind === 'version') {
    return {
      name: 'target',
      is,
      flags: [],
      key: null,
      value: 'a version such as `1.4.0`',
      read: (words, value) => {
        const version = value.replace(/^v/i, '');
        return isVersion(version) ? { ...words, target: version } : null;
      },
    };
  }
  if (kind === 'canary-action') {
    return {
      name: 'target',
      is,
      flags: [],
      key: null,
      value: '`status`, `pause`, `resume`, `advance`, `abort`, or a weight such as `25`',
      read: (words, value) =>
        /^[a-z-]{1,20}$|^\d{1,3}(?:\.\d{1,2})?%?$/i.test(value)
          ? { ...words, target: value.toLowerCase().replace(/%$/, '') }
          : null,
    };
  }
  return {
    name: 'target',
    is,
    flags: [],
    key: null,
    value: `the name of ${/^[aeiou]/.test(is) ? 'an' : 'a'} ${is}`,
    read: (words, value) =>
      /^[a-z0-9][a-z0-9-]{0,62}$/i.test(value) ? { ...words, target: value.toLowerCase() } : null,
  };
}

function minutesOf(value: string): number | null {
  const match = /^(\d{1,4})(m|h|d)$/i.exec(value);
  if (match === null) return null;
  const [, count, unit = 'm'] = match;
  const minutes = Number(count) * { m: 1, h: 60, d: 1440 }[unit.toLowerCase() as 'm' | 'h' | 'd']; // what the pattern takes
  return minutes > 0 ? minutes : null;
}

function instantOf(value: string): string | null {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{3})?)?(Z|[+-]\d\d:\d\d)$/i.test(value)) return null;
  const at = Date.parse(value.toUpperCase());
  return Number.isNaN(at) ? null : new Date(at).toISOString();
}

import { AppError } from '../src/error.ts';
import { ExplanationPolicy, explanationLosses } from '../src/policy/explanation-policy.ts';
import { type CommandOptions, type Invocation, listOption, textOption } from './command.ts';

/** The options that say how it is explained: `explanation` of a policy. */
export const explanationOptions: CommandOptions = {
  method: { type: 'string', value: 'METHOD', help: 'both (default), permutation, shapley' },
  sample: { type: 'string', value: 'N', help: 'how many holdout rows are explained (default: 300)' },
  permutations: { type: 'string', value: 'N', help: 'rounds of permutation, pairs of orders; even (default: 4)' },
  background: { type: 'string', value: 'N', help: 'the rows that stand for "without this feature" (default: 32)' },
  'budget-rows': { type: 'string', value: 'N', help: 'the rows that may be put to the models (default: 10000000)' },
  loss: { type: 'string', value: 'LOSS', help: explanationLosses.join(', ') },
  group: {
    type: 'string',
    multiple: true,
    value: 'NAME=A,B',
    help: 'features that are looked at together as well',
  },
};

/** The `explanation` of a policy with what was typed. Throws `bad-input` for what a policy could not say either. */
export function explanationOf(invocation: Invocation, base: ExplanationPolicy | undefined): ExplanationPolicy {
  const numbers = {
    rows: 'sample',
    permutations: 'permutations',
    background: 'background',
    'budget-rows': 'budget-rows',
  };
  const groups = listOption(invocation, 'group');
  const given: Record<string, unknown> = {
    ...base,
    ...(textOption(invocation, 'reference') === undefined ? {} : { 'background-from': 'train' }),
    ...(groups.length === 0 ? {} : { groups: groupsOf(groups) }),
  };
  for (const [key, option] of Object.entries(numbers)) {
    const typed = textOption(invocation, option);
    if (typed !== undefined) given[key] = typed.trim() === '' ? Number.NaN : Number(typed);
  }
  for (const key of ['method', 'loss']) {
    const typed = textOption(invocation, key);
    if (typed !== undefined) given[key] = typed;
  }
  const parsed = ExplanationPolicy.safeParse(given);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((problem) => {
    const key = String(problem.path[0] ?? '');
    const option = key === 'rows' ? 'sample' : key === 'groups' ? 'group' : key;
    return `--${option}: ${problem.message}`;
  });
  throw new AppError(
    'bad-input',
    `expected options that a policy could say, found ${problems.join('; ')}; see \`--help\``,
  );
}

function groupsOf(typed: readonly string[]): Readonly<Record<string, readonly string[]>> {
  const groups = new Map<string, readonly string[]>();
  for (const group of typed) {
    const match = /^([^=]+)=(.+)$/.exec(group);
    const [, name, members] = match ?? [];
    if (name === undefined || members === undefined || groups.has(name)) {
      throw new AppError(
        'bad-input',
        `expected --group NAME=A,B with each name once, found ${JSON.stringify(group)}; write e.g. --group address=street,city`,
      );
    }
    groups.set(name, members.split(','));
  }
  return Object.fromEntries(groups);
}

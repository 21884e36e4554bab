import { AppError } from '../src/error.ts';
import { fairnessMetrics } from '../src/evaluate/fairness/fairness-metric.ts';
import { fairnessFindings } from '../src/policy/fairness-rules.ts';
import type { ModelPolicy } from '../src/policy/policy.ts';
import { type CommandOptions, type Invocation, listOption, textOption } from './command.ts';

/** The options that say which groups are told apart and how alike they must be treated: `fairness` of a policy. */
export const fairnessOptions: CommandOptions = {
  protected: { type: 'string', value: 'A,B', help: 'columns whose values are groups that must be treated alike' },
  intersection: {
    type: 'string',
    multiple: true,
    value: 'A,B',
    help: 'two protected columns whose combined values are groups as well',
  },
  'fairness-gate': {
    type: 'string',
    multiple: true,
    value: 'MEASURE:BOUND=N',
    help: 'e.g. demographic-parity:at-most=0.1 or four-fifths:at-least=0.8 (default: shown only)',
  },
  selected: {
    type: 'string',
    value: 'CLASS',
    help: 'the predicted class that counts as being selected (default: the positive label)',
  },
  'min-rows': { type: 'string', value: 'N', help: 'a group of fewer rows is not assessed (default: 100)' },
  'min-cases': { type: 'string', value: 'N', help: 'a rate of fewer cases is not assessed (default: 20)' },
};

/** `fairness` as a policy would write it; undefined when no column is protected. */
export function fairnessOf(invocation: Invocation): Readonly<Record<string, unknown>> | undefined {
  const names = textOption(invocation, 'protected');
  if (names === undefined) {
    const stray = Object.keys(fairnessOptions).find((name) => invocation.values[name] !== undefined);
    if (stray === undefined) return undefined;
    throw new AppError(
      'bad-input',
      `expected --protected beside --${stray}, found none; name the columns of the groups`,
    );
  }
  const selected = textOption(invocation, 'selected');
  const minRows = textOption(invocation, 'min-rows');
  const minCases = textOption(invocation, 'min-cases');
  return {
    protected: names.split(','),
    intersections: listOption(invocation, 'intersection').map((pair) => pair.split(',')),
    ...(selected === undefined ? {} : { 'positive-label': selected }),
    ...(minRows === undefined ? {} : { 'min-rows': Number(minRows) }),
    ...(minCases === undefined ? {} : { 'min-cases': Number(minCases) }),
    gates: gatesOf(listOption(invocation, 'fairness-gate')),
  };
}

/** Refuses what a policy file could not say either. AppError `bad-input` with the first mistake. */
export function refuseMisfit(policy: ModelPolicy, fairness: Readonly<Record<string, unknown>> | undefined): void {
  const [finding] = fairnessFindings(policy, { fairness });
  if (finding === undefined) return;
  const { expected, found, fix } = finding;
  throw new AppError('bad-input', `expected ${expected}, found ${found}; ${fix} (see \`--help\`)`);
}

function gatesOf(typed: readonly string[]): Readonly<Record<string, Readonly<Record<string, number>>>> {
  const gates: Record<string, Record<string, number>> = {};
  for (const gate of typed) {
    const match = /^([a-z-]+):(.+)$/.exec(gate);
    const metric = fairnessMetrics.find((name) => name === match?.[1]);
    const bounds = (match?.[2] ?? '').split(',').map((bound) => /^(at-most|at-least|not-worse-by)=(\S+)$/.exec(bound));
    if (metric === undefined || bounds.some((bound) => bound === null || !Number.isFinite(Number(bound[2])))) {
      throw new AppError(
        'bad-input',
        `expected --fairness-gate MEASURE:BOUND=NUMBER with a measure of ${fairnessMetrics.join(', ')} and at-most, at-least or not-worse-by, found ${JSON.stringify(gate)}; write e.g. --fairness-gate equal-opportunity:at-most=0.1`,
      );
    }
    gates[metric] = {
      ...gates[metric],
      ...Object.fromEntries(bounds.map((one) => [one?.[1] ?? '', Number(one?.[2])])),
    };
  }
  return gates;
}

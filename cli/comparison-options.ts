import { AppError } from '../src/error.ts';
import { type CommandOptions, flag, type Invocation, listOption, textOption } from './command.ts';

/** The options that say how two models are compared: those keys of a policy, on the command line. */
export const comparisonOptions: CommandOptions = {
  cluster: {
    type: 'string',
    value: 'COLUMN',
    help: 'rows of one value of it belong together: a user, a document, a day',
  },
  'slice-cross': {
    type: 'string',
    multiple: true,
    value: 'A,B',
    help: 'two columns whose combined values are slices too',
  },
  'slices-gate': {
    type: 'string',
    value: 'KEY=N,…',
    help: 'what every slice must keep: not-worse-by, method, minimum-rows, minimum-positives',
  },
  spend: {
    type: 'string',
    value: 'RULE',
    help: 'how looks share the error: none (default), bonferroni, pocock, obrien-fleming',
  },
  'planned-looks': { type: 'string', value: 'N', help: 'how many candidates the holdout is to judge (default: 10)' },
  looks: {
    type: 'string',
    value: 'N',
    help: 'how many other candidates it has judged, instead of what this machine has counted',
  },
  edge: {
    type: 'string',
    multiple: true,
    value: 'KEY=VALUE',
    help: 'max-bytes, max-latency-ms, max-memory-bytes, operators=A,B or runs-in-wasm=true',
  },
  cost: { type: 'boolean', help: 'measure what serving costs: operators, throughput, memory, one thread' },
};

/** These keys as a policy would write them, over those of `base`. */
export function comparisonOf(
  invocation: Invocation,
  base: Readonly<Record<string, unknown>> | null,
): Readonly<Record<string, unknown>> {
  const cluster = textOption(invocation, 'cluster');
  const crosses = listOption(invocation, 'slice-cross').map((pair) => pair.split(','));
  const gate = pairsOf(textOption(invocation, 'slices-gate')?.split(',') ?? [], 'slices-gate');
  const edge = pairsOf(listOption(invocation, 'edge'), 'edge');
  const spend = textOption(invocation, 'spend');
  const planned = textOption(invocation, 'planned-looks');
  const holdout = {
    ...(spend === undefined ? {} : { spend }),
    ...(planned === undefined ? {} : { looks: number('planned-looks', planned) }),
  };
  return {
    ...(cluster === undefined ? {} : { cluster }),
    ...(crosses.length === 0 ? {} : { 'slice-crosses': crosses }),
    ...(Object.keys(gate).length === 0 ? {} : { 'slices-gate': { ...entries(base, 'slices-gate'), ...gate } }),
    ...(Object.keys(holdout).length === 0 ? {} : { holdout: { ...entries(base, 'holdout'), ...holdout } }),
    ...(Object.keys(edge).length === 0 ? {} : { edge: { ...entries(base, 'edge'), ...edge } }),
  };
}

/** How many other candidates the holdout has judged, where somebody says so. */
export function typedLooks(invocation: Invocation): number | undefined {
  const typed = textOption(invocation, 'looks');
  return typed === undefined ? undefined : number('looks', typed);
}

/** Whether the cost of serving is asked for. */
export function wantsCost(invocation: Invocation): boolean {
  return flag(invocation, 'cost');
}

function entries(base: Readonly<Record<string, unknown>> | null, key: string): object {
  const value = base?.[key];
  return typeof value === 'object' && value !== null ? value : {};
}

function pairsOf(typed: readonly string[], option: string): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    typed.map((pair) => {
      const match = /^([a-z-]+)=(.+)$/.exec(pair);
      if (match === null) {
        throw new AppError(
          'bad-input',
          `expected --${option} KEY=VALUE, found ${JSON.stringify(pair)}; write e.g. --${option} ${option === 'edge' ? 'max-bytes=2000000' : 'not-worse-by=0.02'}`,
        );
      }
      const [, key = '', value = ''] = match;
      if (key === 'operators') return [key, value.split(',')];
      return [key, readValue(value)];
    }),
  );
}

function readValue(text: string): string | number | boolean {
  if (text === 'true') return true;
  return Number.isFinite(Number(text)) ? Number(text) : text;
}

function number(option: string, typed: string): number {
  const value = Number(typed);
  if (typed.trim() !== '' && Number.isInteger(value) && value >= 0 && value <= 100_000) return value;
  throw new AppError(
    'bad-input',
    `expected --${option} with a whole number from 0 on, found ${JSON.stringify(typed)}; write e.g. --${option} 3`,
  );
}

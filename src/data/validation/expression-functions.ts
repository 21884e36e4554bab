import type { TypedValue, ValueType } from './column-value.ts';
import { ExpressionError } from './expression-tokens.ts';

interface FunctionDefinition {
  /** The types of the inputs; the last may repeat when `isOpen`. `same` stands for the type of the first. */
  readonly inputs: readonly (ValueType | 'any' | 'same')[];
  readonly isOpen?: true;
  readonly result: ValueType | 'same';
  readonly meaning: string;
  readonly sql: (inputs: readonly string[], now: number) => string;
}

const plain = (name: string) => (inputs: readonly string[]) => `${name}(${inputs.join(', ')})`;
const timestamp = (seconds: string | undefined) => `TRY(make_timestamp((${seconds} * 1000000)::BIGINT))`;
const timePart = (part: string) => (inputs: readonly string[]) => `${part}(${timestamp(inputs[0])})::DOUBLE`;

const definitions = {
  abs: { inputs: ['number'], result: 'number', meaning: 'without its sign', sql: plain('abs') },
  round: { inputs: ['number'], result: 'number', meaning: 'to the nearest whole number', sql: plain('round') },
  floor: { inputs: ['number'], result: 'number', meaning: 'to the next lower whole number', sql: plain('floor') },
  ceil: { inputs: ['number'], result: 'number', meaning: 'to the next higher whole number', sql: plain('ceil') },
  min: {
    inputs: ['number', 'number'],
    isOpen: true,
    result: 'number',
    meaning: 'the smallest of those that are there',
    sql: plain('least'),
  },
  max: {
    inputs: ['number', 'number'],
    isOpen: true,
    result: 'number',
    meaning: 'the largest of those that are there',
    sql: plain('greatest'),
  },
  length: {
    inputs: ['text'],
    result: 'number',
    meaning: 'the number of characters',
    sql: ([text]) => `length(${text})::DOUBLE`,
  },
  lower: { inputs: ['text'], result: 'text', meaning: 'in small letters', sql: plain('lower') },
  upper: { inputs: ['text'], result: 'text', meaning: 'in capital letters', sql: plain('upper') },
  trim: { inputs: ['text'], result: 'text', meaning: 'without spaces at both ends', sql: plain('trim') },
  starts_with: { inputs: ['text', 'text'], result: 'boolean', meaning: 'begins with', sql: plain('starts_with') },
  ends_with: { inputs: ['text', 'text'], result: 'boolean', meaning: 'ends with', sql: plain('ends_with') },
  contains: { inputs: ['text', 'text'], result: 'boolean', meaning: 'holds anywhere', sql: plain('contains') },
  coalesce: {
    inputs: ['any', 'same'],
    isOpen: true,
    result: 'same',
    meaning: 'the first that is not missing',
    sql: plain('coalesce'),
  },
  number: {
    inputs: ['any'],
    result: 'number',
    meaning: 'read as a number; missing where it is none',
    sql: ([value]) => `TRY_CAST((${value})::VARCHAR AS DOUBLE)`,
  },
  text: { inputs: ['any'], result: 'text', meaning: 'as text', sql: ([value]) => `(${value})::VARCHAR` },
  time: {
    inputs: ['text'],
    result: 'time',
    meaning: 'read as a time; missing where it is none',
    sql: ([text]) => `(epoch_us(TRY_CAST(${text} AS TIMESTAMP))::DOUBLE / 1000000)`,
  },
  days: {
    inputs: ['time', 'time'],
    result: 'number',
    meaning: 'the days from the first time to the second, with decimals',
    sql: ([from, to]) => `((${to} - ${from}) / 86400)`,
  },
  seconds: {
    inputs: ['time', 'time'],
    result: 'number',
    meaning: 'the seconds from the first time to the second',
    sql: ([from, to]) => `(${to} - ${from})`,
  },
  year: { inputs: ['time'], result: 'number', meaning: 'the year (UTC)', sql: timePart('year') },
  month: { inputs: ['time'], result: 'number', meaning: 'the month, 1 to 12 (UTC)', sql: timePart('month') },
  weekday: {
    inputs: ['time'],
    result: 'number',
    meaning: 'the day of the week, 1 Monday to 7 Sunday (UTC)',
    sql: timePart('isodow'),
  },
  hour: { inputs: ['time'], result: 'number', meaning: 'the hour, 0 to 23 (UTC)', sql: timePart('hour') },
  now: { inputs: [], result: 'time', meaning: 'the time of the check', sql: (_, now) => `${now}::DOUBLE` },
} as const satisfies Readonly<Record<string, FunctionDefinition>>;

/** Every function of the expression language. */
export const functionNames: readonly string[] = Object.keys(definitions);

/** What each function takes, gives and means, for the reference. */
export function functionReference(): readonly (readonly [call: string, result: string, meaning: string])[] {
  return Object.entries<FunctionDefinition>(definitions).map(([name, { inputs, isOpen, result, meaning }]) => [
    `${name}(${inputs.join(', ')}${isOpen ? ', …' : ''})`,
    result,
    meaning,
  ]);
}

/** A call as SQL; null when there is no such function. Throws ExpressionError on inputs that do not fit. */
export function callSql(options: {
  readonly name: string;
  readonly inputs: readonly TypedValue[];
  readonly at: number;
  readonly now: number;
}): TypedValue | null {
  const { name, inputs, at, now } = options;
  const definition = definitionOf(name);
  if (definition === null) return null;
  const expected = definition.inputs;
  const isFew = inputs.length < expected.length;
  if (isFew || (inputs.length > expected.length && definition.isOpen === undefined)) {
    const count = `${expected.length}${definition.isOpen ? ' or more' : ''}`;
    throw new ExpressionError(`${count} inputs of ${name}, found ${inputs.length}`, at);
  }
  const same = inputs[0]?.type ?? 'text';
  for (const [index, input] of inputs.entries()) {
    const type = expected[Math.min(index, expected.length - 1)] ?? 'any';
    const wanted = type === 'same' ? same : type;
    if (wanted !== 'any' && input.type !== wanted) {
      throw new ExpressionError(`a value of type ${wanted} in ${name}, found ${input.type}`, at);
    }
  }
  const type = definition.result === 'same' ? same : definition.result;
  return {
    type,
    sql: definition.sql(
      inputs.map(({ sql }) => sql),
      now,
    ),
  };
}

function definitionOf(name: string): FunctionDefinition | null {
  return Object.entries<FunctionDefinition>(definitions).find(([known]) => known === name)?.[1] ?? null;
}

import type { parseArgs } from 'node:util';
import { AppError } from '../src/error.ts';

/** The exit statuses of every command. */
export const exitCodes = { pass: 0, gateFailed: 1, badInput: 2, inconclusive: 3, worldBroken: 4 } as const;
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** The options of one command, as node:util parseArgs takes them, each with the sentence that `--help` shows. */
export type CommandOptions = Readonly<
  Record<
    string,
    {
      readonly type: 'string' | 'boolean';
      readonly short?: string;
      readonly multiple?: boolean;
      /** The word that stands for the value in `--help`. */
      readonly value?: string;
      readonly help: string;
    }
  >
>;

/** What a command is given: its parsed arguments and the streams of the terminal it was typed in. */
export interface Invocation {
  /** The words that were typed after `siskin`. */
  readonly args: readonly string[];
  readonly values: ReturnType<typeof parseArgs>['values'];
  readonly positionals: readonly string[];
  readonly folder: string;
  readonly stdout: { write(text: string): unknown };
  readonly stderr: { write(text: string): unknown; readonly isTTY?: boolean | undefined };
}

/** One command of the terminal: parses nothing itself, prints to the streams it is given, returns its exit status. */
export interface Command {
  /** The line of usage after `siskin`, e.g. `profile FILE…`. */
  readonly usage: string;
  readonly options: CommandOptions;
  readonly run: (invocation: Invocation) => Promise<ExitCode>;
}

/** The value of a string option, or undefined when it was not given. */
export function textOption(invocation: Invocation, name: string): string | undefined {
  const value = invocation.values[name];
  return typeof value === 'string' ? value : undefined;
}

/** The value of a string option that the command cannot do without. AppError `bad-input` without it. */
export function requiredOption(invocation: Invocation, name: string): string {
  const value = textOption(invocation, name);
  if (!value) throw new AppError('bad-input', `expected --${name} with a value, found none; add it`);
  return value;
}

/** The values of a string option that may be given several times. */
export function listOption(invocation: Invocation, name: string): readonly string[] {
  const value = invocation.values[name];
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
}

/** Whether a flag was given. */
export function flag(invocation: Invocation, name: string): boolean {
  return invocation.values[name] === true;
}

import { AppError, type ErrorCode, messageOf } from '../src/error.ts';
import { type ExitCode, exitCodes, type Invocation } from './command.ts';

const exitOf: Readonly<Record<ErrorCode, ExitCode>> = {
  'bad-input': exitCodes.badInput,
  'bad-config': exitCodes.badInput,
  'not-found': exitCodes.badInput,
  'not-permitted': exitCodes.badInput,
  conflict: exitCodes.badInput,
  fenced: exitCodes.badInput,
  'too-large': exitCodes.badInput,
  unsupported: exitCodes.badInput,
  'timed-out': exitCodes.worldBroken,
  unavailable: exitCodes.worldBroken,
  'github-refused': exitCodes.worldBroken,
  'under-way': exitCodes.worldBroken,
  'world-broken': exitCodes.worldBroken,
};

/** Prints what was expected, what was found and what to do, each on a line of its own; returns the exit status. */
export function reportError(options: {
  readonly thrown: unknown;
  readonly stderr: Invocation['stderr'];
  readonly command: string;
  readonly isVerbose: boolean;
}): ExitCode {
  const { thrown, stderr, command, isVerbose } = options;
  const [first, ...rest] = threeLines(thrown, command);
  stderr.write(`siskin ${command}: ${first}\n`);
  for (const line of rest) stderr.write(`  ${line}\n`);
  if (isVerbose) stderr.write(`${stackOf(thrown)}\n`);
  if (thrown instanceof AppError) return exitOf[thrown.code];
  return isArgumentError(thrown) ? exitCodes.badInput : exitCodes.worldBroken;
}

/** Messages of AppError read "expected …, found …; do …", with one problem per line where there are several. */
function threeLines(thrown: unknown, command: string): readonly string[] {
  const message = messageOf(thrown);
  if (isArgumentError(thrown)) return [argumentProblem(message), `do: see \`siskin ${command} --help\``];
  if (!(thrown instanceof AppError)) {
    return [`expected no error of our own, found: ${firstLine(message)}`, 'do: report it with the output of --verbose'];
  }
  if (message.includes('\n')) return message.split('\n');
  const parts = /^(expected [\s\S]*?), (found [\s\S]*); ([^;]*)$/.exec(message);
  return parts === null ? [message] : [`${parts[1]}`, `${parts[2]}`, `do: ${parts[3]}`];
}

/** What Node says of an option, in our words where a value begins with a dash, e.g. a negative number. */
function argumentProblem(message: string): string {
  const dashed = /^Option '(?:-\w, )?(--[\w-]+)(?: <value>)?' argument is ambiguous/.exec(message)?.[1];
  if (dashed === undefined) return firstLine(message);
  return `expected a value after ${dashed}, found a word that begins with a dash; write \`${dashed}=…\` where that is the value`;
}

function firstLine(message: string): string {
  return message.split('\n')[0] ?? '';
}

function isArgumentError(thrown: unknown): boolean {
  return thrown instanceof TypeError && 'code' in thrown && String(thrown.code).startsWith('ERR_PARSE_ARGS');
}

function stackOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown);
  const cause = thrown.cause === undefined ? '' : `\ncaused by: ${stackOf(thrown.cause)}`;
  return `${thrown.stack ?? thrown.message}${cause}`;
}

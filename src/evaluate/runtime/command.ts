import { once } from 'node:events';
import { createWriteStream, existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { AppError } from '../../error.ts';
import type { PredictPolicy } from '../../policy/runtime-policy.ts';
import { type Program, startProgram } from './command-process.ts';
import { headerLine, rowWriter } from './command-rows.ts';
import { filesOf, identityOf } from './model-files.ts';
import { loadPredictions } from './predictions.ts';
import type { HoldoutRows, ModelRequest, Runtime } from './runtime.ts';

/**
 * Asks a program in place of a model that can be loaded. It is given every row of the holdout on standard input, without the
 * truth, and writes one answer for each: lines of JSON in the order of the rows, as a predictions file has them, or a bare
 * number (the prediction, or for a binary task the probability) or text (the label). The rows are written no faster than it
 * takes them, and its answers go to a file, so that memory stays flat whatever it buffers. Throws AppError when it cannot be
 * started, takes too long, fails, or does not answer for exactly the rows.
 */
export async function loadCommand(predict: PredictPolicy, request: ModelRequest): Promise<Runtime> {
  const { holdout, path } = request;
  const status = statSync(path, { throwIfNoEntry: false });
  if (status === undefined) {
    throw new AppError('not-found', `expected a model at ${path}, found nothing; check the path or train it first`);
  }
  if (holdout === undefined) {
    throw new AppError(
      'unsupported',
      'expected a model that can be asked row by row, found `predict.command`; use an ONNX or TensorFlow.js model here',
    );
  }
  const identity = identityOf('command', status.isDirectory() ? filesOf(path) : [path]);
  const folder = mkdtempSync(join(tmpdir(), 'siskin-predict-'));
  try {
    const file = await answersFile(predict, { request, holdout, folder });
    const answers = await loadPredictions(file, { ...request, id: null });
    return {
      ...answers,
      identity,
      async dispose() {
        await answers.dispose();
        rmSync(folder, { recursive: true, force: true });
      },
    };
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

interface Asked {
  readonly request: ModelRequest;
  readonly holdout: HoldoutRows;
  readonly folder: string;
}

/** Runs the program over all rows; returns the file with its answers. */
async function answersFile(predict: PredictPolicy, { request, holdout, folder }: Asked): Promise<string> {
  const written = join(folder, 'written.jsonl');
  const answers = join(folder, 'answers.jsonl');
  const program = startProgram(predict, { model: request.path, output: written, folder: holdout.root });
  const copied = copyAnswers(program, { file: answers, rows: holdout.rows, task: request.task });
  // A line that is no answer ends it: the rest would not be read.
  copied.catch(() => program.stop());
  // All three must have come to rest before the rows or the folder may go away.
  const [finished, lines, wrote] = await Promise.allSettled([
    program.finished,
    copied,
    writeRows(program, { predict, request, holdout }).finally(() => program.end()),
  ]);
  if (finished.status === 'rejected') throw finished.reason;
  if (lines.status === 'rejected') throw lines.reason;
  if (wrote.status === 'rejected') throw wrote.reason;
  if (predict.output === 'stdout') {
    checkCount(program, { found: lines.value, rows: holdout.rows });
    return answers;
  }
  if (!existsSync(written)) {
    throw new AppError(
      'bad-input',
      `expected ${program.name} to write its answers to {output}, found no file there; pass \`{output}\` to the program and write JSON lines to it`,
    );
  }
  return written;
}

async function writeRows(
  program: Program,
  { predict, request, holdout }: Pick<Asked, 'request' | 'holdout'> & { readonly predict: PredictPolicy },
): Promise<void> {
  const { features } = request;
  const columns = features.map(({ name, kind }) => ({
    name,
    as: kind === 'number' || kind === 'boolean' ? ('number' as const) : ('text' as const),
  }));
  if (predict.input === 'csv') await program.write(`${headerLine(columns.map(({ name }) => name))}\n`);
  let given = 0;
  const write = rowWriter(predict.input, features);
  await holdout.streamColumns({
    columns,
    async onChunk(chunk) {
      await program.write(write(chunk));
      given += chunk.rows;
      holdout.onRows?.(given);
    },
  });
}

/** Copies standard output line by line to a file; returns how many answers came. */
async function copyAnswers(
  program: Program,
  options: { readonly file: string; readonly rows: number; readonly task: ModelRequest['task'] },
): Promise<number> {
  const { file, rows, task } = options;
  const to = createWriteStream(file);
  let lines = 0;
  try {
    for await (const line of createInterface({ input: program.output, crlfDelay: Number.POSITIVE_INFINITY })) {
      if (line.trim() === '') continue;
      lines++;
      // What is too much is counted, not kept.
      if (lines > rows) continue;
      if (!to.write(`${answerLine(line, { program, row: lines, task })}\n`)) await once(to, 'drain');
    }
  } finally {
    to.end();
    await once(to, 'close');
  }
  return lines;
}

/** An answer as a line of a predictions file. */
function answerLine(
  line: string,
  at: { readonly program: Program; readonly row: number; readonly task: ModelRequest['task'] },
): string {
  let answer: unknown;
  try {
    answer = JSON.parse(line);
  } catch {
    answer = undefined;
  }
  if (typeof answer === 'object' && answer !== null && !Array.isArray(answer)) return line;
  if (typeof answer === 'number')
    return JSON.stringify({ [at.task === 'binary' ? 'probability' : 'prediction']: answer });
  if (typeof answer === 'string') return JSON.stringify({ prediction: answer });
  throw new AppError(
    'bad-input',
    `expected a line of JSON for each row from ${at.program.name}, found ${JSON.stringify(line.slice(0, 80))} as line ${at.row}; write e.g. {"probability": 0.7}, and logs to standard error`,
  );
}

function checkCount(program: Program, { found, rows }: { readonly found: number; readonly rows: number }): void {
  if (found === rows) return;
  throw new AppError(
    'bad-input',
    `expected ${rows} answers from ${program.name}, one for each row of the holdout, found ${found}; write one line per row, in order`,
  );
}

import { resolve } from 'node:path';
import { AppError } from '../src/error.ts';
import type { Interval } from '../src/rollout/evidence.ts';
import { evidenceReader } from '../src/rollout/evidence-lines.ts';
import { differences } from '../src/rollout/judge/differences.ts';
import { type JudgePolicy, judging } from '../src/rollout/judge/judge.ts';
import type { RolloutVerdict } from '../src/rollout/judgement.ts';
import {
  type Command,
  type ExitCode,
  exitCodes,
  flag,
  type Invocation,
  requiredOption,
  textOption,
} from './command.ts';
import { linesOf } from './line-stream.ts';
import type { ReplayDocument } from './replay-document.ts';
import { replayLines, type Trace, traceOf } from './replay-lines.ts';
import { readRolloutPolicy } from './rollout-policy.ts';

/** `siskin replay --policy P evidence.jsonl …`: the verdict of sealed evidence, by this policy or by another. */
export const replayCommand: Command = {
  usage: 'replay --policy FILE EVIDENCE.jsonl…',
  options: {
    policy: { type: 'string', value: 'FILE', help: 'the keys of an environment, or a whole policy' },
    environment: { type: 'string', value: 'NAME', help: 'which environment of a whole policy (default: its only one)' },
    against: { type: 'string', value: 'FILE', help: 'what if this policy had judged: both verdicts and what differs' },
    all: { type: 'boolean', help: 'show every interval, not only the newest' },
  },
  run: replay,
};

/** From the best to the worst: the exit status is that of the worst file. */
const exits: Readonly<Record<RolloutVerdict, ExitCode>> = {
  pass: exitCodes.pass,
  inconclusive: exitCodes.inconclusive,
  fail: exitCodes.gateFailed,
  error: exitCodes.worldBroken,
};

async function replay(invocation: Invocation): Promise<ExitCode> {
  const { positionals, folder, stdout } = invocation;
  const environment = textOption(invocation, 'environment');
  const policy = readRolloutPolicy({ folder, file: requiredOption(invocation, 'policy'), environment });
  const other = textOption(invocation, 'against');
  const against = other === undefined ? null : readRolloutPolicy({ folder, file: other, environment });
  if (positionals.length === 0) {
    throw new AppError('bad-input', 'expected an evidence file, found none; name one or more after the options');
  }
  const isJson = flag(invocation, 'json');
  const found: RolloutVerdict[] = [];
  for (const file of positionals) {
    const replayed = await replayFile({ file, folder, policy, against, isTraced: !isJson });
    found.push(replayed.document.verdict);
    stdout.write(
      isJson
        ? `${JSON.stringify(replayed.document)}\n`
        : `${replayLines({ ...replayed, policy, isWhole: flag(invocation, 'all') })}\n`,
    );
  }
  const worst = (['error', 'fail', 'inconclusive', 'pass'] as const).find((verdict) => found.includes(verdict));
  return exits[worst ?? 'inconclusive'];
}

/** Reads one file once, interval by interval, by both policies. */
async function replayFile(options: {
  readonly file: string;
  readonly folder: string;
  readonly policy: JudgePolicy;
  readonly against: JudgePolicy | null;
  readonly isTraced: boolean;
}): Promise<{ readonly document: ReplayDocument; readonly trace: readonly Trace[] }> {
  const { file, folder, policy, against, isTraced } = options;
  const sequence = judging(policy);
  const other = against === null ? null : judging(against);
  const reader = evidenceReader({ file, policy });
  const otherReader = against === null ? null : evidenceReader({ file, policy: against });
  const trace: Trace[] = [];
  for await (const line of linesOf({ path: resolve(folder, file), shown: file })) {
    const interval: Interval | null = reader.read(line);
    otherReader?.read(line);
    if (interval === null) continue;
    sequence.add(interval);
    other?.add(interval);
    if (isTraced && interval.weight > 0) trace.push(traceOf(interval, sequence.judgement()));
  }
  reader.end();
  otherReader?.end();
  const judgement = sequence.judgement();
  const second = other?.judgement();
  return {
    document: {
      file,
      ...judgement,
      ...(second === undefined ? {} : { against: { ...second, differs: differences(judgement, second) } }),
    },
    trace,
  };
}

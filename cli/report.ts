import { readFileSync, statSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { judge } from '../src/decide/judge.ts';
import { AppError, problemText } from '../src/error.ts';
import { parsePolicy } from '../src/policy/parse.ts';
import { type Policy, policyPath } from '../src/policy/policy.ts';
import { type Subject, subjectOf } from '../src/render/report/subject.ts';
import { type ReportDocument, readDocument } from '../src/report/read-document.ts';
import { type TerminalMeasurements, terminalSubject } from '../src/report/terminal-subject.ts';
import type { Result } from '../src/result.ts';
import { worst } from '../src/verdict.ts';
import { type Command, type ExitCode, flag, type Invocation, textOption } from './command.ts';
import { exitOf } from './evaluation-output.ts';
import { writePage } from './report-output.ts';

const usualFile = 'siskin-report.html';
const mostFiles = 100;
const largestFileBytes = 50_000_000;

/** `siskin report`: one HTML page from documents that Siskin wrote before. */
export const reportCommand: Command = {
  usage: 'report RESULT.json… [--policy FILE] [--html FILE]',
  options: {
    policy: {
      type: 'string',
      value: 'FILE',
      help: `what a result.json is judged by (default: ${policyPath}); other documents hold their verdicts`,
    },
    html: { type: 'string', value: 'FILE', help: `where to write the page (default: ${usualFile})` },
  },
  run: runReport,
};

async function runReport(invocation: Invocation): Promise<ExitCode> {
  const { positionals, stdout } = invocation;
  if (positionals.length === 0 || positionals.length > mostFiles) {
    throw new AppError(
      'bad-input',
      `expected 1 to ${mostFiles} files, found ${positionals.length}; type \`siskin report result.json\``,
    );
  }
  const subjects = subjectsOf(invocation);
  const file = writePage(invocation, subjects, usualFile);
  const verdict = worst(subjects.map(({ judgement }) => judgement.verdict));
  if (flag(invocation, 'json')) {
    const models = subjects.map(({ title, judgement }) => ({
      name: title,
      verdict: judgement.verdict,
      review: judgement.review,
      headline: judgement.headline,
    }));
    stdout.write(`${JSON.stringify({ html: file, verdict, models })}\n`);
  } else {
    for (const { title, judgement } of subjects) {
      stdout.write(`  ${title}  ${judgement.verdict}: ${judgement.headline}\n`);
    }
  }
  return exitOf[verdict];
}

/** A result of a run is a subject of its own; what a terminal measured is put together until a part comes twice. */
function subjectsOf(invocation: Invocation): readonly Subject[] {
  const read = invocation.positionals.map((path) => ({ path, document: readDocument(textOf(invocation, path), path) }));
  const policy = read.some(({ document }) => document.kind === 'result') ? policyOf(invocation) : null;
  const subjects: (() => Subject)[] = [];
  let open: { part: TerminalMeasurements } | null = null;
  for (const { path, document } of read) {
    if (document.kind === 'result') {
      subjects.push(() => judged(document.result, policy));
      continue;
    }
    const part = partOf(document, invocation, path);
    const known = Object.keys(open?.part.measured ?? {});
    if (open === null || Object.keys(part.measured).some((name) => name !== 'failures' && known.includes(name))) {
      const fresh = { part };
      subjects.push(() => terminalSubject(fresh.part));
      open = fresh;
    } else {
      const { title, measured } = open.part;
      open.part = { ...open.part, ...part, title, measured: { ...measured, ...part.measured } };
    }
  }
  return subjects.map((make) => make());
}

function partOf(
  document: Exclude<ReportDocument, { kind: 'result' }>,
  { args }: Invocation,
  path: string,
): TerminalMeasurements {
  const place = { title: basename(path, '.json'), commands: [['siskin', ...args]] };
  switch (document.kind) {
    case 'drift':
      return { ...place, measured: { drift: document.drift } };
    case 'validation':
      return { ...place, measured: { validation: document.validation } };
    case 'evaluation': {
      const { kind: _, evaluation, failures, ...verdicts } = document;
      return { ...place, measured: { evaluation, failures }, ...verdicts };
    }
    default:
      return document satisfies never;
  }
}

function judged(result: Result, policy: Policy | null): Subject {
  const own = policy?.models[result.model];
  if (own === undefined) {
    throw new AppError(
      'bad-config',
      `expected a policy with the model \`${result.model}\`, found ${Object.keys(policy?.models ?? {}).join(', ') || 'none'}; name the policy of its base branch with --policy`,
    );
  }
  return subjectOf({ result, policy: own, judgement: judge({ model: result.model, policy: own, result }) });
}

function policyOf(invocation: Invocation): Policy {
  const file = textOption(invocation, 'policy') ?? policyPath;
  const parsed = parsePolicy({ text: textOf(invocation, file), file });
  if (parsed.kind === 'valid') return parsed.policy;
  throw new AppError(
    'bad-config',
    `expected a valid policy, found ${parsed.problems.map((problem) => `${problem.file}:${problem.line}: ${problemText(problem)}`).join('; ')}`,
  );
}

function textOf({ folder }: Invocation, path: string): string {
  const place = resolve(folder, path);
  const stat = statSync(place, { throwIfNoEntry: false });
  if (stat === undefined || !stat.isFile()) {
    throw new AppError('not-found', `expected a file at ${path}, found none; check the path`);
  }
  if (stat.size > largestFileBytes) {
    throw new AppError(
      'too-large',
      `expected ${path} to have at most ${largestFileBytes} bytes, found ${stat.size}; name a document that Siskin wrote`,
    );
  }
  return readFileSync(place, 'utf8');
}

import type { z } from 'zod';
import { AppError } from '../error.ts';
import { Interval } from './evidence.ts';
import { countsFault } from './evidence-faults.ts';
import type { JudgePolicy } from './judge/judge.ts';

/**
 * Reads the lines of an evidence file in their order. AppError `bad-input` names the file, and each line with what is wrong
 * with it: all at once at the end, or as soon as there are twenty.
 */
export interface EvidenceReader {
  /** The interval of a line; null of an empty one, and of one with which something is wrong. */
  read(line: string): Interval | null;
  /** After the last line: throws when a line was wrong, or not all was there that the policy watches. */
  end(): void;
}

const mostProblems = 20;

/** Begins to read evidence against the policy that it is to be judged by. */
export function evidenceReader(options: {
  readonly file: string;
  readonly policy: Pick<JudgePolicy, 'metrics'>;
}): EvidenceReader {
  const { file, policy } = options;
  const seen = new Set<string>();
  const problems: string[] = [];
  let number = 0;
  let isEmpty = true;
  /** Null as well after a line that could not be read: what should have followed it nobody knows. */
  let before: Interval | null = null;
  return {
    read(line) {
      number += 1;
      const text = number === 1 && line.startsWith('\uFEFF') ? line.slice(1) : line;
      if (text.trim() === '') return null;
      isEmpty = false;
      const known = problems.length;
      const interval = parsed(text);
      if (interval !== null) inOrder(interval);
      before = interval;
      if (interval !== null) counts(interval);
      return problems.length === known ? interval : null;
    },
    end() {
      if (problems.length > 0) throw refusal();
      if (isEmpty) {
        throw new AppError('bad-input', `expected at least one interval in ${file}, found none; give sealed evidence`);
      }
      const absent = Object.keys(policy.metrics).filter((name) => !seen.has(name));
      if (absent.length === 0) return;
      const has = seen.size === 0 ? 'no metric' : [...seen].slice(0, 10).join(', ');
      throw new AppError(
        'bad-input',
        `expected the metric ${absent.join(', ')} of the policy in ${file}, found ${has}; remove it from the policy, or give evidence that has it`,
      );
    },
  };

  function counts(interval: Interval): void {
    for (const [name, arms] of Object.entries(interval.metrics)) {
      seen.add(name);
      const kind = Object.hasOwn(policy.metrics, name) ? policy.metrics[name]?.kind : undefined;
      for (const arm of ['candidate', 'champion'] as const) {
        const counts = arms[arm];
        const fault = counts === undefined || 'missing' in counts ? null : countsFault(counts, kind ?? null);
        if (fault !== null) refuse({ ...fault, at: `metrics.${name}.${arm}` });
      }
    }
  }

  function refuse(fault: {
    readonly at: string;
    readonly expected: string;
    readonly found: string;
    readonly fix: string;
  }): null {
    const { at, expected, found, fix } = fault;
    const where = at === '' ? '' : ` as \`${at}\``;
    problems.push(`${file}:${number}: expected ${expected}${where}, found ${found}; ${fix}`);
    if (problems.length >= mostProblems) throw refusal();
    return null;
  }

  function refusal(): AppError {
    if (problems.length === 1) return new AppError('bad-input', problems.join());
    const many =
      problems.length < mostProblems
        ? `${problems.length} problems`
        : `${mostProblems} problems in its first ${number} lines`;
    return new AppError('bad-input', [`expected whole evidence in ${file}, found ${many}`, ...problems].join('\n'));
  }

  function parsed(text: string): Interval | null {
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      const isCut = text.trimStart().startsWith('{') && !text.trimEnd().endsWith('}');
      const found = isCut ? 'one that ends early' : shown(text);
      return refuse({
        at: '',
        expected: 'a line of JSON',
        found,
        fix: isCut ? 'the file was cut: fetch it again' : 'write one interval a line',
      });
    }
    const result = Interval.safeParse(value);
    if (result.success) return result.data;
    for (const issue of result.error.issues.map(deepest)) {
      refuse({
        at: issue?.path.map(String).join('.') ?? '',
        expected: wordsOf(issue),
        found: found(value, issue),
        fix: 'evidence is sealed, and read only as it was written',
      });
    }
    return null;
  }

  function inOrder(interval: Interval): void {
    // Ends need not rise: a clock may have been set back while intervals were sealed.
    if (Number.isNaN(Date.parse(interval.end))) {
      refuse({ at: 'end', expected: 'a time as 2026-01-31T12:00:00Z', found: shown(interval.end), fix: 'correct it' });
    }
    if (before === null) return;
    const next = before.interval + 1;
    if (interval.interval === before.interval) {
      refuse({
        at: 'interval',
        expected: `${next}`,
        found: `${interval.interval} a second time`,
        fix: 'keep the line that was sealed first',
      });
    }
    if (interval.interval < next) {
      refuse({ at: 'interval', expected: `${next}`, found: `${interval.interval}`, fix: 'sort the lines by interval' });
    }
    if (interval.interval > next) {
      const lost =
        interval.interval - next === 1
          ? `interval ${next} is missing`
          : `intervals ${next} to ${interval.interval - 1} are missing`;
      refuse({
        at: 'interval',
        expected: `${next}`,
        found: `${interval.interval}`,
        fix: `${lost}: give whole evidence`,
      });
    }
  }
}

type Issue = z.core.$ZodIssue;

/** Of the kinds of counts the one that was meant is explained: the first of which all problems lie inside. */
function deepest(issue: Issue | undefined): Issue | undefined {
  if (issue?.code !== 'invalid_union') return issue;
  for (const branch of issue.errors) {
    const inner = branch.map(deepest);
    const first = inner[0];
    const isMeant = inner.every((one) => one?.code !== 'unrecognized_keys' && (one?.path.length ?? 0) > 0);
    if (first !== undefined && isMeant) return { ...first, path: [...issue.path, ...first.path] };
  }
  return issue;
}

function wordsOf(issue: Issue | undefined): string {
  switch (issue?.code) {
    case 'invalid_type':
      return issue.expected === 'int'
        ? 'a whole number'
        : `${/^[aeiou]/.test(issue.expected) ? 'an' : 'a'} ${issue.expected}`;
    case 'too_small':
      return `at least ${issue.minimum}`;
    case 'too_big':
      return `at most ${issue.maximum}`;
    case 'unrecognized_keys':
      return 'only known keys';
    case 'invalid_value':
      return issue.values.map((value) => JSON.stringify(value)).join(' or ');
    case 'invalid_union':
      return 'counts as {n, x}, {n, sum, sumsq} or {n, buckets}, or why there are none as {missing, reason}';
    default:
      return 'another value';
  }
}

function found(value: unknown, issue: Issue | undefined): string {
  if (issue?.code === 'unrecognized_keys') return issue.keys.slice(0, 5).map(shown).join(', ');
  let here: unknown = value;
  for (const key of issue?.path ?? []) {
    const isThere = typeof here === 'object' && here !== null && Object.hasOwn(here, key);
    // It was just shown to be an object with this key.
    here = isThere ? (here as Readonly<Record<PropertyKey, unknown>>)[key] : undefined;
  }
  return here === undefined ? 'nothing' : shown(JSON.stringify(here));
}

function shown(text: string): string {
  const plain = text.replace(/\p{C}/gu, '�');
  return plain.length > 80 ? `${plain.slice(0, 79)}…` : plain;
}

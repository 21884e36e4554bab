import type { z } from 'zod';
import type { Problem } from '../error.ts';
import { explainIssue, type Finding, type Written } from './explain-issue.ts';
import type { SchemaNode } from './json-schema.ts';
import { dotted } from './quoted.ts';
import { parseYamlDocument, type YamlLimits } from './yaml-document.ts';

/** A document that can be used, or everything that is wrong with it, in the order of the lines. */
export type ParsedDocument<Value> =
  | { readonly kind: 'valid'; readonly value: Value }
  | { readonly kind: 'invalid'; readonly problems: readonly Problem[] };

const shownProblems = 100;

/** Reads a YAML file of a person against a strict schema. Never throws, whatever the text; all problems are found in one go. */
export function parseDocument<Document extends z.ZodType>(options: {
  readonly text: string;
  readonly file: string;
  readonly document: Document;
  /** The same schema as JSON Schema, for the words of the messages. */
  readonly schema: SchemaNode;
  /** Default: those of parseYamlDocument. */
  readonly limits?: YamlLimits;
  readonly words: {
    /** What an empty file should be, e.g. "a policy". */
    readonly what: string;
    /** What to do about an empty file. */
    readonly propose: string;
    /** What to do about a file that holds no mapping. */
    readonly begin: string;
  };
  /** Default: explainIssue. */
  readonly explain?: (issue: z.core.$ZodIssue, written: Written) => readonly Finding[];
  /** What no schema can say: rules between entries. Gets what was written, whatever that is. */
  readonly findings?: (written: unknown) => readonly Finding[];
}): ParsedDocument<z.output<Document>> {
  const { text, file, words: say } = options;
  const document = parseYamlDocument({ text, file, ...(options.limits && { limits: options.limits }) });
  const whole = { file, path: '', line: 1, column: 1 };
  if (document.value === undefined) return invalid(document.problems, file);
  if (document.value === null && document.problems.length === 0) {
    const found = text.trim() === '' ? 'an empty file' : 'no entry';
    return invalid([{ ...whole, expected: say.what, found, fix: say.propose }], file);
  }
  const parsed = options.document.safeParse(document.value);
  const written = { value: document.value, schema: options.schema, begin: say.begin };
  const explain = options.explain ?? explainIssue;
  const findings = withoutEchoes([
    ...(parsed.error?.issues ?? []).flatMap((issue) => explain(issue, written)),
    ...(options.findings?.(document.value) ?? []),
  ]);
  const problems = [...document.problems];
  const saidAlready = new Set(document.problems.map(({ path }) => path).filter((path) => path !== ''));
  for (const finding of findings) {
    const problem = { file, path: dotted(finding.at), ...place(finding), ...words(finding) };
    if (!saidAlready.has(problem.path) && !isMisread(problem)) problems.push(problem);
  }
  if (problems.length > 0 || !parsed.success) return invalid(problems, file);
  return { kind: 'valid', value: parsed.data };

  /** Behind a syntax error the reader's structure is not the writer's: what stands there, or seems absent, is not judged. */
  function isMisread(problem: Problem): boolean {
    const isBroken = Number.isFinite(document.brokenFrom);
    return (
      isBroken && (problem.line >= document.brokenFrom || problem.found === 'nothing' || problem.found === 'neither')
    );
  }

  function place(finding: Finding) {
    // A missing key is shown at the entry that should hold it.
    return finding.absent
      ? document.positionOf(finding.at.slice(0, -1), 'key')
      : document.positionOf(finding.at, finding.part);
  }
}

/** A misspelt key is one mistake: that the right one is therefore missing is not said as well. */
function withoutEchoes(findings: readonly Finding[]): readonly Finding[] {
  const meant = new Set(findings.flatMap(({ at, meant }) => (meant ? [[...at.slice(0, -1), meant].join('.')] : [])));
  return findings.filter((finding) => !(finding.absent && meant.has(finding.at.join('.'))));
}

function words({ expected, found, fix }: Finding): Pick<Problem, 'expected' | 'found' | 'fix'> {
  return { expected, found, fix };
}

function invalid(problems: readonly Problem[], file: string): { kind: 'invalid'; problems: readonly Problem[] } {
  const ordered = [...problems].sort((a, b) => a.line - b.line || a.column - b.column);
  if (ordered.length <= shownProblems) return { kind: 'invalid', problems: ordered };
  const first = ordered.slice(0, shownProblems - 1);
  const rest = {
    file,
    path: '',
    line: ordered[shownProblems - 1]?.line ?? 0,
    column: 1,
    expected: 'fewer problems',
    found: `${ordered.length - first.length} more from here on`,
    fix: 'correct those above first',
  };
  return { kind: 'invalid', problems: [...first, rest] };
}

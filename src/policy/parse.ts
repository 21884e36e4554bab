import type { z } from 'zod';
import { canonicalJson, type Digest, digestOf } from '../digest.ts';
import type { Problem } from '../error.ts';
import { explainIssue, type Finding } from './explain-issue.ts';
import { ModelPolicy, Policy, policyPath } from './policy.ts';
import { dotted } from './quoted.ts';
import { ruleFindings } from './rules.ts';
import { parseYamlDocument } from './yaml-document.ts';

/** A policy that can be used, or everything that is wrong with its file, in the order of the lines. */
export type ParsedPolicy =
  | {
      readonly kind: 'valid';
      readonly policy: Policy;
      /** Of the meaning: comments, order and written-out defaults do not change it. */
      readonly digest: Digest;
    }
  | { readonly kind: 'invalid'; readonly problems: readonly Problem[] };

const shownProblems = 100;

/** Reads a policy file. Never throws, whatever the text; all problems are found in one go. */
export function parsePolicy(options: { readonly text: string; readonly file?: string }): ParsedPolicy {
  const file = options.file ?? policyPath;
  const document = parseYamlDocument({ text: options.text, file });
  const whole = { file, path: '', line: 1, column: 1 };
  if (document.value === undefined) return invalid(document.problems);
  if (document.value === null && document.problems.length === 0) {
    const found = options.text.trim() === '' ? 'an empty file' : 'no entry';
    return invalid([{ ...whole, expected: 'a policy', found, fix: 'run `siskin init` to have one proposed' }]);
  }
  const parsed = Policy.safeParse(document.value);
  const findings = withoutEchoes([
    ...(parsed.error?.issues ?? []).flatMap((issue) => [
      ...explainIssue(issue, document.value),
      ...misnamedModel(issue, document.value),
    ]),
    ...ruleFindings(document.value),
  ]);
  const problems = [...document.problems];
  const saidAlready = new Set(document.problems.map(({ path }) => path).filter((path) => path !== ''));
  for (const finding of findings) {
    const problem = { file, path: dotted(finding.at), ...place(finding), ...words(finding) };
    if (!saidAlready.has(problem.path) && !isMisread(problem)) problems.push(problem);
  }
  if (problems.length > 0 || !parsed.success) return invalid(problems);
  return { kind: 'valid', policy: parsed.data, digest: digestOf(canonicalJson(parsed.data)) };

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

/** zod looks at no value whose key it refuses; a model with a bad name can have other mistakes. */
function misnamedModel(issue: z.core.$ZodIssue, document: unknown): readonly Finding[] {
  const [models, name] = issue.path;
  if (issue.code !== 'invalid_key' || models !== 'models' || typeof name !== 'string') return [];
  // The record check has just read this entry of this mapping.
  const written = (document as { readonly models: Readonly<Record<string, unknown>> }).models[name];
  const issues = ModelPolicy.safeParse(written).error?.issues ?? [];
  return issues.flatMap((inner) => explainIssue({ ...inner, path: [...issue.path, ...inner.path] }, document));
}

/** A misspelt key is one mistake: that the right one is therefore missing is not said as well. */
function withoutEchoes(findings: readonly Finding[]): readonly Finding[] {
  const meant = new Set(findings.flatMap(({ at, meant }) => (meant ? [[...at.slice(0, -1), meant].join('.')] : [])));
  return findings.filter((finding) => !(finding.absent && meant.has(finding.at.join('.'))));
}

function words({ expected, found, fix }: Finding): Pick<Problem, 'expected' | 'found' | 'fix'> {
  return { expected, found, fix };
}

function invalid(problems: readonly Problem[]): ParsedPolicy {
  const ordered = [...problems].sort((a, b) => a.line - b.line || a.column - b.column);
  if (ordered.length <= shownProblems) return { kind: 'invalid', problems: ordered };
  const first = ordered.slice(0, shownProblems - 1);
  const rest = {
    file: ordered[0]?.file ?? policyPath,
    path: '',
    line: ordered[shownProblems - 1]?.line ?? 0,
    column: 1,
    expected: 'fewer problems',
    found: `${ordered.length - first.length} more from here on`,
    fix: 'correct those above first',
  };
  return { kind: 'invalid', problems: [...first, rest] };
}

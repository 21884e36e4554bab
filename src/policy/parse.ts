import type { z } from 'zod';
import { canonicalJson, type Digest, digestOf } from '../digest.ts';
import type { Problem } from '../error.ts';
import { explainIssue, type Finding, type Written } from './explain-issue.ts';
import { policyJsonSchema } from './json-schema.ts';
import { parseDocument } from './parse-document.ts';
import { ModelPolicy, Policy, policyPath } from './policy.ts';
import { ruleFindings } from './rules.ts';

/** A policy that can be used, or everything that is wrong with its file, in the order of the lines. */
export type ParsedPolicy =
  | {
      readonly kind: 'valid';
      readonly policy: Policy;
      /** Of the meaning: comments, order and written-out defaults do not change it. */
      readonly digest: Digest;
    }
  | { readonly kind: 'invalid'; readonly problems: readonly Problem[] };

/** Reads a policy file. Never throws, whatever the text; all problems are found in one go. */
export function parsePolicy(options: { readonly text: string; readonly file?: string }): ParsedPolicy {
  const parsed = parseDocument({
    text: options.text,
    file: options.file ?? policyPath,
    document: Policy,
    schema: policyJsonSchema(),
    words: {
      what: 'a policy',
      propose: 'run `siskin init` to have one proposed',
      begin: 'begin with `version: 1` and `models:`',
    },
    explain: (issue, written) => [...explainIssue(issue, written), ...misnamedModel(issue, written)],
    findings: ruleFindings,
  });
  if (parsed.kind === 'invalid') return parsed;
  return { kind: 'valid', policy: parsed.value, digest: digestOf(canonicalJson(parsed.value)) };
}

/** zod looks at no value whose key it refuses; a model with a bad name can have other mistakes. */
function misnamedModel(issue: z.core.$ZodIssue, document: Written): readonly Finding[] {
  const [models, name] = issue.path;
  if (issue.code !== 'invalid_key' || models !== 'models' || typeof name !== 'string') return [];
  // The record check has just read this entry of this mapping.
  const written = (document.value as { readonly models: Readonly<Record<string, unknown>> }).models[name];
  const issues = ModelPolicy.safeParse(written).error?.issues ?? [];
  return issues.flatMap((inner) => explainIssue({ ...inner, path: [...issue.path, ...inner.path] }, document));
}

import { z } from 'zod';
import type { Problem } from '../error.ts';
import { EnvironmentPolicy } from './access-policy.ts';
import { entriesOf } from './entries.ts';
import type { SchemaNode } from './json-schema.ts';
import { parseDocument } from './parse-document.ts';
import { watchingFindings } from './rollout-rules.ts';

/** A file with the keys of one environment, or everything that is wrong with it. */
export type ParsedEnvironment =
  | { readonly kind: 'valid'; readonly policy: EnvironmentPolicy }
  | { readonly kind: 'invalid'; readonly problems: readonly Problem[] };

// zod's own type for the result allows every vocabulary; what it makes of this uses the same keywords as the policy.
const schema = z.toJSONSchema(EnvironmentPolicy, { io: 'input', target: 'draft-7' }) as SchemaNode;

/** Reads a file that holds what a policy says about one environment, and nothing else. Never throws. */
export function parseEnvironment({ text, file }: { readonly text: string; readonly file: string }): ParsedEnvironment {
  const parsed = parseDocument({
    text,
    file,
    document: EnvironmentPolicy,
    schema,
    words: {
      what: 'the keys of an environment',
      propose: 'write `metrics:` and what is watched',
      begin: 'begin with `metrics:`',
    },
    findings: (written) => watchingFindings(entriesOf(written)),
  });
  return parsed.kind === 'valid' ? { kind: 'valid', policy: parsed.value } : parsed;
}

import { problemText } from '../../error.ts';
import type { ParsedPolicy } from '../../policy/parse.ts';
import { policyPath } from '../../policy/policy.ts';
import { type Finding, ok, problem } from './finding.ts';

/** Whether a policy can be used; null when there is none. */
export function policyFinding(parsed: ParsedPolicy | null): Finding {
  if (parsed === null) return problem('policy', `no ${policyPath}`, 'run `siskin init`');
  if (parsed.kind === 'valid') return ok('policy', `valid: ${Object.keys(parsed.policy.models).join(', ')}`);
  const [first] = parsed.problems;
  const found = first === undefined ? 'invalid' : `line ${first.line}: ${problemText(first)}`;
  const more = parsed.problems.length > 1 ? ` (and ${parsed.problems.length - 1} more)` : '';
  return problem('policy', `${found}${more}`, 'run `siskin policy` to see every problem');
}

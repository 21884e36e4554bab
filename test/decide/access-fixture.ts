import { type Demand, type Right, rightTo } from '../../src/decide/access.ts';
import type { AccessFacts } from '../../src/facts/access-facts.ts';
import { known } from '../../src/facts/answered.ts';
import { parsePolicy } from '../../src/policy/parse.ts';
import type { RoleHeld } from '../../src/ports.ts';

const policyText = `version: 1
models:
  late:
    task: binary
    target: is_late
    data: { train: a.csv, holdout: h.csv }
    model: a.onnx
    metrics: { roc-auc: { not-worse-by: 0.005 } }
`;
/** What somebody may be in a repository, weakest first. */
export const roles = ['none', 'read', 'triage', 'write', 'maintain', 'admin'] as const;

/** The rules of a policy with one model, `late`, and this text behind it. */
export function rulesWith(text: string): AccessFacts['rules'] {
  const parsed = parsePolicy({ text: policyText + text });
  if (parsed.kind === 'invalid') throw new Error(JSON.stringify(parsed.problems));
  return { kind: 'valid', policy: parsed.policy, commit: 'c'.repeat(40) };
}

/** Ada, a member, wants to train what Grace proposed. */
export const ada: Demand = {
  verb: 'train',
  environment: null,
  model: null,
  reach: 'repository',
  actor: { login: 'ada', id: 7, kind: 'person' },
  owner: 'octo',
  author: { login: 'grace', id: 8 },
};

/** What is known of somebody who has nothing. */
export const nothing: AccessFacts = {
  rules: { kind: 'absent' },
  role: known({ role: 'none', custom: null }),
  outside: known(false),
  accountOwner: known(false),
  teams: new Map(),
  owners: known(new Map()),
};

/** A role, as a fact. */
export function held(role: RoleHeld['role'], custom: string | null = null): Pick<AccessFacts, 'role'> {
  return { role: known({ role, custom }) };
}

function outcome(right: Right): string {
  return right.kind === 'granted' ? right.permission : right.code;
}

/** The permission that Ada has, or the code of her refusal. */
export function of(demand: Partial<Demand>, facts: Partial<AccessFacts>): string {
  return outcome(rightTo({ ...ada, ...demand }, { ...nothing, ...facts }));
}

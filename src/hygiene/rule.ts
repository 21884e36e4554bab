import type { HygienePolicy } from '../policy/hygiene-policy.ts';
import type { Policy } from '../policy/policy.ts';
import type { ChangeFacts } from './change-facts.ts';

/** The name of a rule: its key in the policy. */
export type RuleName = keyof HygienePolicy;

/** Where a rule does not hold. `found` is a sentence of ours; what is foreign in it stands between backticks. */
export interface Place {
  readonly path: string;
  /** From 1; null when the file as a whole is meant. */
  readonly line: number | null;
  readonly found: string;
}

/** One rule: what it is about, why, what to do, and a pure judgement in time linear in its input. It never throws. */
export interface Rule {
  readonly name: RuleName;
  /** At least 20 letters of ours: Danger puts so much of each message, unescaped, into an HTML comment. */
  readonly title: string;
  readonly reason: string;
  readonly fix: string;
  /** Of which files the rule needs the whole new text. */
  readonly wantsText?: (policy: Policy | null) => (path: string) => boolean;
  readonly places: (facts: ChangeFacts) => readonly Place[];
}

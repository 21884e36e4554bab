import type { Judgement } from '../../decide/judgement.ts';
import type { ModelPolicy } from '../../policy/policy.ts';
import type { Result } from '../../result.ts';

/** What was measured of one model, wherever that was done. */
export type Measured = Pick<Result, 'training' | 'validation' | 'drift' | 'evaluation' | 'failures' | 'software'>;

/** Where measurements come from: a run on GitHub, or commands that a person typed. */
export type Origin =
  | ({ readonly kind: 'run' } & Pick<
      Result,
      'repository' | 'head' | 'base' | 'claim' | 'run' | 'finishedAt' | 'seconds'
    > & {
        /** With which the run was judged; null where only its verdict is known. */
        readonly policy: ModelPolicy | null;
      })
  | { readonly kind: 'terminal'; readonly commands: readonly string[] };

/** What one report, or one part of a report on several models, is about. */
export interface Subject {
  /** The name of the model; of measurements from a terminal, what was measured. */
  readonly title: string;
  readonly judgement: Judgement;
  readonly measured: Measured;
  readonly origin: Origin;
}

/** The result of a run and what a policy makes of it. */
export interface JudgedResult {
  readonly result: Result;
  readonly judgement: Judgement;
  readonly policy?: ModelPolicy;
}

/** A judged result as the subject of a report. */
export function subjectOf({ result, judgement, policy }: JudgedResult): Subject {
  const { repository, head, base, claim, run, finishedAt, seconds } = result;
  return {
    title: result.model,
    judgement,
    measured: result,
    origin: { kind: 'run', repository, head, base, claim, run, finishedAt, seconds, policy: policy ?? null },
  };
}

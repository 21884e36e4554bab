import { Interval } from '../evidence.ts';
import { type Judging, judging } from '../judge/judge.ts';
import type { Judgement } from '../judgement.ts';
import type { RolloutRecord } from '../rollout-record.ts';

/** Judges rollouts interval by interval. What it remembers is only for speed: the sealed evidence says all of it. */
export interface Verdicts {
  /** What the sealed evidence and one more line say together. */
  withLine(record: Pick<RolloutRecord, 'id' | 'policy'>, line: string): Promise<Judgement>;
  /** Forgets a rollout: it is over, or a line that was judged was not kept. */
  forget(id: string): void;
}

/** Begins to judge. `readEvidence` gives the sealed lines in order. */
export function openVerdicts(readEvidence: (id: string) => Promise<readonly string[]>): Verdicts {
  const known = new Map<string, Judging>();
  return {
    async withLine({ id, policy }, line) {
      const sequence = known.get(id) ?? begun(policy, await readEvidence(id));
      known.set(id, sequence);
      sequence.add(intervalOf(line));
      return sequence.judgement();
    },
    forget: (id) => void known.delete(id),
  };
}

function begun(policy: RolloutRecord['policy'], lines: readonly string[]): Judging {
  const sequence = judging(policy);
  for (const line of lines) sequence.add(intervalOf(line));
  return sequence;
}

function intervalOf(line: string): Interval {
  return Interval.parse(JSON.parse(line));
}

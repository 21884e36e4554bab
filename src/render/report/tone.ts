import type { Judgement } from '../../decide/judgement.ts';
import type { Verdict } from '../../verdict.ts';

/** The colour that goes with a verdict; the word always stands beside it. */
export type Tone = 'good' | 'bad' | 'warn' | 'open' | 'busy';

const tones: Readonly<Record<Verdict, Tone>> = { pass: 'good', inconclusive: 'open', fail: 'bad', error: 'bad' };

/** The colour of one gate. */
export function gateTone(verdict: Verdict): Tone {
  return tones[verdict];
}

/** The colour of a model's verdict: what passes but wants a look is a warning. */
export function judgementTone({ verdict, review }: Pick<Judgement, 'verdict' | 'review'>): Tone {
  return verdict === 'pass' && review ? 'warn' : tones[verdict];
}

import { html } from '../escape.ts';
import { reproductionSteps } from './reproduction.ts';
import type { Subject } from './subject.ts';

/** The commands that get the same numbers on another machine, and what they must be compared by. */
export function reproductionPart(subject: Subject): string {
  const steps = reproductionSteps(subject);
  if (steps.length === 0) return '';
  const lines = steps.map(({ why, command }) => `${why === '' ? '' : `# ${html(why)}\n`}${html(command, 4000)}`);
  const { evaluation } = subject.measured;
  const check =
    evaluation === null
      ? ''
      : '<p>The numbers are the same where the digests under Lineage are: resampling is seeded by the rows themselves, so neither order nor machine matters. Latency is measured anew each time. A training that is not deterministic gives another model.</p>';
  return `<pre tabindex="0"><code>${lines.join('\n')}</code></pre>${check}`;
}

import type { ModelIdentity } from '../../evaluate/evaluation-report.ts';
import { html } from '../escape.ts';
import { bytes, counted, duration } from '../number.ts';
import { htmlCode, htmlFacts } from './element.ts';
import type { Subject } from './subject.ts';

type Fact = readonly [string, string];

/** What was compared with what, by commits and digests, and with which software. */
export function lineagePart({ measured, origin }: Subject): string {
  const { evaluation, drift, training, software } = measured;
  const facts: Fact[] = [];
  if (origin.kind === 'run') {
    const { head, base, claim, run, seconds } = origin;
    facts.push(
      ['commit judged', htmlCode(head, 200)],
      ['policy and holdout of', htmlCode(base, 200)],
      ['claim', htmlCode(claim, 200)],
      ['run', `${run.id}, attempt ${run.attempt}; evaluated in ${html(duration(seconds))}`],
    );
  }
  if (training !== null) {
    if (training.trainingKey !== null) facts.push(['training key', htmlCode(training.trainingKey, 200)]);
    facts.push(['seed', String(training.seed)]);
  }
  if (evaluation !== null) {
    const { candidate, champion, rows, holdoutDigest } = evaluation;
    facts.push(
      ['candidate', modelWords(candidate)],
      ['champion', champion === null ? 'none yet' : modelWords(champion)],
      ['holdout', `${counted(rows, 'row')}, ${htmlCode(holdoutDigest, 200)}`],
    );
  }
  if (drift !== null) {
    facts.push(
      ['reference data', `${counted(drift.reference.rows, 'row')}, ${htmlCode(drift.reference.digest, 200)}`],
      ['current data', `${counted(drift.current.rows, 'row')}, ${htmlCode(drift.current.digest, 200)}`],
    );
  }
  if (software !== undefined) {
    const { siskin, node, platform, packages } = software;
    const names = Object.entries(packages).map(([name, version]) => `${name} ${version}`);
    facts.push(['software', html([`Siskin ${siskin}`, `Node ${node} on ${platform}`, ...names].join(', '), 1000)]);
  }
  return facts.length === 0 ? '' : htmlFacts(facts);
}

function modelWords({ format, bytes: size, digest }: ModelIdentity): string {
  return `${html(format)}, ${bytes(size)}, ${htmlCode(digest, 200)}`;
}

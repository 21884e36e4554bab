import { judgeGates } from '../decide/judge.ts';
import type { ModelPolicy } from '../policy/policy.ts';
import type { Result } from '../result.ts';
import type { RunFailure } from '../store/run-record.ts';
import { code, link, prose } from './escape.ts';
import { shortSha, table, unbroken } from './markdown.ts';
import { metricWords } from './metric-table.ts';
import { counted, significant } from './number.ts';

/** Which two commits of a pull request were compared, and where. */
interface Compared {
  readonly model: string;
  readonly head: string;
  readonly rival: string;
  readonly runUrl: string | null;
}

/** What a comparison of two candidates of one pull request found: every metric of the policy, and no verdict. */
export function renderComparison(
  compared: Compared & { readonly policy: ModelPolicy; readonly result: Result },
): string {
  const { policy, result } = compared;
  const gates = judgeGates({ policy, result });
  const { evaluation } = result;
  if (evaluation === null) {
    const [failure] = result.failures;
    return notCompared(compared, failure ?? { code: 'result-missing', message: 'expected an evaluation, found none' });
  }
  const level = gates.find(({ comparison }) => comparison?.difference)?.comparison?.difference?.confidence;
  const rows = gates.map((gate) => {
    const words = metricWords(gate);
    return [words.title, prose(words.champion, 120), prose(words.candidate, 120), unbroken(words.difference)];
  });
  const columns = [
    { title: 'metric', align: 'left' },
    { title: `earlier ${shortSha(compared.rival)}`, align: 'right' },
    { title: `this ${shortSha(compared.head)}`, align: 'right' },
    { title: level === undefined ? 'difference' : `difference (${significant(level * 100, 2)} %)`, align: 'right' },
  ] as const;
  return [
    `**Compared** ${names(compared)}, both on the same ${counted(evaluation.rows, 'row')}${where(compared)}. It decides nothing: the verdict stays that against the champion.`,
    table(columns, rows),
  ].join('\n\n');
}

/** Why a comparison found nothing. */
export function notCompared(
  compared: Compared,
  failure: Pick<RunFailure, 'message'> & { readonly code: string },
): string {
  return `**Not compared** ${names(compared)}${where(compared)}: ${code(failure.code)} ${prose(failure.message, 500)}`;
}

function names({ model, head, rival }: Compared): string {
  return `${code(model)} of this commit ${code(shortSha(head))} with that of ${code(shortSha(rival))}`;
}

function where({ runUrl }: Compared): string {
  return runUrl === null ? '' : ` (${link('run', runUrl)})`;
}

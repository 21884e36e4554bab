import { judge } from '../decide/judge.ts';
import { verdictReasonsOf } from '../decide/verdict-reasons.ts';
import type { ModelPolicy } from '../policy/policy.ts';
import type { Result } from '../result.ts';
import type { RunFailure } from '../store/run-record.ts';
import { columnTable, dataSection } from './data-section.ts';
import { code, link, prose } from './escape.ts';
import { details, shortSha } from './markdown.ts';

/** Whose data were looked at, and where. */
interface Looked {
  readonly model: string;
  readonly head: string;
  readonly runUrl: string | null;
}

/** What a look at the data of a commit found, with no verdict on the model. */
export function renderDataAnswer(looked: Looked & { readonly policy: ModelPolicy; readonly result: Result }): string {
  const { model, policy, result } = looked;
  const { drift } = result;
  const reasons = verdictReasonsOf(judge({ model, policy, result }), result).filter(({ code: one }) => ofData.has(one));
  const found = reasons.map(
    ({ code: one, seen }) => `- ${code(one)}: ${prose(seen, 300)} — ${code(`/explain ${one}`)}`,
  );
  const blocks = [
    `**Data of** ${names(looked)}: ${found.length === 0 ? 'nothing is wrong with them.' : `${found.length === 1 ? 'one thing' : 'some things'} to look at.`} This decides nothing: the verdict on the model stays as it is.`,
    found.join('\n'),
    dataSection(result, []),
    drift === null ? '' : details(`All columns (${Object.keys(drift.columns).length})`, columnTable(drift)),
  ];
  return blocks.filter((block) => block !== '').join('\n\n');
}

const ofData: ReadonlySet<string> = new Set(['schema-violated', 'data-unchecked', 'drift-moved', 'drift-unmeasured']);

/** Why data could not be looked at. */
export function dataNotSeen(looked: Looked, failure: Pick<RunFailure, 'message'> & { readonly code: string }): string {
  return `**Data not seen of** ${names(looked)}: ${code(failure.code)} ${prose(failure.message, 500)}`;
}

function names({ model, head, runUrl }: Looked): string {
  return `${code(model)} at ${code(shortSha(head))}${runUrl === null ? '' : ` (${link('run', runUrl)})`}`;
}

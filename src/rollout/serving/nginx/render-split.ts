import type { Traffic } from '../../../ports/serving.ts';
import { renderSplitRecord, type SplitRecord } from '../proxy/split-record.ts';

/** What the file of one service says. */
export interface Rendering {
  readonly record: Omit<SplitRecord, 'at'>;
  /** Host and port of each arm; null where there is none, or something else moves models. */
  readonly champion: string | null;
  readonly candidate: string | null;
  readonly audience: Traffic['audience'];
}

/**
 * The file for nginx, and the record in it: who throws the dice (`$siskin_<service>_dice`), who may get the candidate
 * (`…_may`), the arm of a request (`…_arm`), where it goes (`…_upstream`), where its copy goes (`…_mirror`) and what all
 * that means (`…_state`). Everything foreign is encoded or was checked to be a name.
 */
export function renderSplit(
  service: string,
  { record, champion, candidate, audience, placing }: Rendering & { readonly placing: 'address' | 'loader' },
): { readonly text: string; readonly record: string } {
  const name = `$siskin_${service.replaceAll('-', '_')}`;
  const state = renderSplitRecord({ ...record, at: candidate ?? '' });
  const { weight, shadow } = record.candidate === null ? { weight: 0, shadow: 0 } : record;
  const lines = [
    `# ${state}`,
    '# Siskin writes this file; what is changed by hand is overwritten.',
    split(`${name}_dice`, { percent: weight, of: keyOf(audience), yes: 'candidate', no: 'champion' }),
    mayOf(name, audience),
    `map "${name}_may:${name}_dice" ${name}_arm { "yes:candidate" candidate; default champion; }`,
    `map ${name}_arm ${name}_upstream { candidate "${candidate ?? ''}"; default "${champion ?? ''}"; }`,
    split(`${name}_copy`, { percent: shadow, of: '"$request_id copy"', yes: 'yes', no: 'no' }),
    `map "${name}_arm:${name}_copy" ${name}_mirror { "champion:yes" "${placing === 'loader' ? 'candidate' : (candidate ?? '')}"; default ""; }`,
    `map "" ${name}_state { default "${state}"; }`,
  ];
  return { text: `${lines.join('\n')}\n`, record: state };
}

/** nginx refuses a share of 0 percent, and a star beside one of 100. */
function split(
  variable: string,
  {
    percent,
    of,
    yes,
    no,
  }: { readonly percent: number; readonly of: string; readonly yes: string; readonly no: string },
): string {
  const share = percent === 0 ? '' : `${Number(percent.toFixed(2))}% ${yes}; `;
  return `split_clients ${of} ${variable} { ${share}${percent === 100 ? '' : `* ${no}; `}}`;
}

/** Who has the cookie stays where the cookie falls, as the candidate's share grows from the low end; else each request falls anew. */
function keyOf(audience: Traffic['audience']): string {
  return audience !== null && 'cookie' in audience ? `"$cookie_${audience.cookie}"` : '"$request_id"';
}

function mayOf(name: string, audience: Traffic['audience']): string {
  if (audience === null) return `map "" ${name}_may { default yes; }`;
  if ('cookie' in audience) return `map "$cookie_${audience.cookie}" ${name}_may { "" no; default yes; }`;
  // Plain strings are compared without regard to case, and some words have a meaning of their own.
  const value = [...Buffer.from(audience.value)].map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('');
  const header = audience.header.toLowerCase().replaceAll('-', '_');
  return `map "$http_${header}" ${name}_may { "~^${value}\\z" yes; default no; }`;
}

import type { AuditRow } from '../src/store/audit.ts';
import { shownText } from './shown-text.ts';

/** The forms in which the audit log is printed. */
export const auditFormats = ['table', 'jsonl', 'csv', 'json'] as const;

/** One of them. */
export type AuditFormat = (typeof auditFormats)[number];

/** How a log is printed in one form: what stands before all rows, each row with its line end, and what stands behind. */
export interface AuditPrinter {
  readonly head: string;
  readonly row: (row: AuditRow, position: 'first' | 'later') => string;
  readonly foot: string;
}

/** The printer of a form. */
export function auditPrinter(format: AuditFormat): AuditPrinter {
  switch (format) {
    case 'jsonl':
      return { head: '', row: (row) => `${JSON.stringify(row)}\n`, foot: '' };
    case 'json':
      return {
        head: '[',
        row: (row, position) => `${position === 'first' ? '' : ','}\n${JSON.stringify(row)}`,
        foot: '\n]\n',
      };
    case 'csv':
      return {
        head: line(columns.map(([name]) => name)),
        row: (row) => line(columns.map(([, of]) => of(row))),
        foot: '',
      };
    case 'table':
      return { head: '', row: tableRow, foot: '' };
    default:
      return format satisfies never;
  }
}

type Cell = string | number | boolean | null | undefined;

const columns: readonly (readonly [name: string, of: (row: AuditRow) => Cell])[] = [
  ['number', (row) => row.number],
  ['at', (row) => row.at],
  ['repository', (row) => row.repository?.name],
  ['repository_id', (row) => row.repository?.id],
  ['pull_request', (row) => row.pullRequest],
  ['who', (row) => row.who.login],
  ['who_id', (row) => row.who.id],
  ['kind', (row) => row.who.kind],
  ['association', (row) => row.who.association],
  ['source', (row) => row.source.kind],
  ['source_detail', (row) => detailOf(row)],
  ['verb', (row) => row.verb],
  ['line', (row) => row.line],
  ['dry_run', (row) => row.dryRun],
  ['head', (row) => row.head],
  ['permission', (row) => row.permission],
  ['outcome', (row) => row.outcome],
  ['code', (row) => row.code],
  ['started', (row) => row.started.join(' ')],
  ['ended', (row) => row.ended.join(' ')],
];

/** Which comment, button, check or branch it was. */
function detailOf({ source }: AuditRow): Cell {
  switch (source.kind) {
    case 'comment':
      return source.commentId;
    case 'button':
      return source.checkId;
    case 'rerun':
      return source.check;
    case 'pull-request':
      return source.event;
    case 'push':
      return source.branch;
    case 'siskin':
      return source.intent;
    default:
      return null;
  }
}

/** RFC 4180, with a mark before what a spreadsheet would take for a formula: https://owasp.org/www-community/attacks/CSV_Injection */
function line(cells: readonly Cell[]): string {
  const written = cells.map((cell) => {
    const text = String(cell ?? '');
    const safe = typeof cell === 'string' && /^[\s\p{C}]*[=+\-@\t\r|%]/u.test(text) ? `'${text}` : text;
    return /[",\r\n']/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  });
  return `${written.join(',')}\r\n`;
}

function tableRow(row: AuditRow): string {
  const { at, who, repository, pullRequest, head, outcome, code, permission, dryRun } = row;
  const place = `${repository?.name ?? '-'}${pullRequest === null ? '' : `#${pullRequest}`}`;
  const what = row.line ?? row.verb;
  const end = [outcome, code, permission === null ? null : `by ${permission}`, dryRun ? 'dry run' : null];
  const cells = [
    at.slice(0, 19).replace('T', ' '),
    shownText(who.login, 20).padEnd(20),
    shownText(place, 32).padEnd(32),
    shownText(head?.slice(0, 7) ?? '', 7).padEnd(7),
    shownText(what, 44).padEnd(44),
    end
      .filter((part) => part !== null)
      .map((part) => shownText(part, 60))
      .join(', '),
  ];
  return `${cells.join('  ').trimEnd()}\n`;
}

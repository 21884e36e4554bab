import type { RunFailure } from './store/run-record.ts';

/** Whether a run ended by the machine's fault, not by what it ran: the same work may well end otherwise on another machine. */
export function isLoss({ code }: Pick<RunFailure, 'code'>): boolean {
  return code === 'runner-lost' || code === 'no-runner' || code === 'lost' || code === 'stalled';
}

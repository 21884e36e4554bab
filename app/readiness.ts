import { setTimeout } from 'node:timers/promises';
import { messageOf } from '../src/error.ts';

/** Whether to send work here: yes, or the reason against it in one line. */
export type Readiness = { readonly kind: 'ready' } | { readonly kind: 'away'; readonly reason: string };

/** How long GitHub's answer counts: a balancer asks every few seconds. */
const githubSeconds = 15;
/** A balancer that waits longer gives up by itself. */
const mostSeconds = 4;

/** Says whether this process can work: it is not about to stop, and database and GitHub answer. */
export function openReadiness(ports: {
  readonly isStopping: () => boolean;
  readonly askDatabase: () => Promise<unknown>;
  readonly askGithub: () => Promise<unknown>;
}): () => Promise<Readiness> {
  let asked: { readonly at: number; readonly reason: Promise<string | null> } | null = null;

  function githubProblem(): Promise<string | null> {
    const now = performance.now();
    if (asked === null || now - asked.at > githubSeconds * 1000) {
      asked = { at: now, reason: problemOf('GitHub', ports.askGithub) };
    }
    return asked.reason;
  }

  return async () => {
    if (ports.isStopping()) {
      return { kind: 'away', reason: 'expected a process that goes on, found that it is stopping; ask another one' };
    }
    const reasons = await Promise.all([problemOf('the database', ports.askDatabase), githubProblem()]);
    const reason = reasons.find((one) => one !== null) ?? null;
    return reason === null ? { kind: 'ready' } : { kind: 'away', reason };
  };
}

async function problemOf(who: string, ask: () => Promise<unknown>): Promise<string | null> {
  const late = Symbol('late');
  const over = new AbortController();
  try {
    const waiting = setTimeout(mostSeconds * 1000, late, { signal: over.signal });
    const first = await Promise.race([ask(), waiting]);
    return first === late ? away(who, `none within ${mostSeconds} s`) : null;
  } catch (error) {
    return away(who, messageOf(error));
  } finally {
    over.abort();
  }
}

function away(who: string, found: string): string {
  return `expected an answer of ${who}, found ${found.split('\n')[0]}; see the log`;
}

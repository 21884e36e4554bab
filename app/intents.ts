import type { Intent } from '../src/intent.ts';
import type { GithubReader } from '../src/ports.ts';
import type { Store } from '../src/store/store.ts';

/** Placeholder until src/run.ts stands. */
export async function runIntent(_intent: Intent, _ports: { github: GithubReader; store: Store; clock: () => Date }) {}

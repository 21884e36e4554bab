import { applyPending } from '../src/apply.ts';
import type { Effect, StateChange } from '../src/effect.ts';
import { type LocalGithub, repository } from './github/local-github.ts';
import type { Reply } from './github/local-server.ts';
import { memoryReleases } from './memory-releases.ts';
import { aRun } from './run-builder.ts';
import type { TestStore } from './store/test-store.ts';

/** The lane of pull request 5. */
export const lane = 'pull/1/5';
export const dispatchPath = 'POST actions/workflows/siskin.yml/dispatches';
export const commentsPath = 'issues/5/comments';

export const away: Reply = { status: 502, json: { message: 'Bad Gateway' } };

/** The run that a dispatch belongs to. */
export const saveRun = (changes: Partial<ReturnType<typeof aRun>> = {}): StateChange => ({
  kind: 'save-run',
  run: aRun(changes),
});

/** A comment that our own App wrote. */
export const ours = (id: number, body: string) => ({ id, body, user: { login: 'siskin[bot]', type: 'Bot' } });

/** What a test of applying does with a store. */
export function applying(opened: () => TestStore) {
  return {
    async record(effects: readonly Effect[], changes: readonly StateChange[] = []): Promise<void> {
      await opened().store.record(repository, { changes, effects });
    },
    /** Applies what is due; how each effect ended. */
    async apply(github: LocalGithub, where = lane) {
      const applied = await applyPending(where, {
        github: github.writer,
        releases: memoryReleases(),
        outbox: opened().store.outbox,
      });
      return applied.map(({ outcome }) => outcome.kind);
    },
    wait(seconds: number): void {
      const { clock } = opened();
      clock.now = new Date(clock.now.getTime() + seconds * 1000);
    },
  };
}

/** `METHOD path` of each request, without the repository. */
export function asked(github: LocalGithub): readonly string[] {
  return github.seen.map(({ method, path }) => `${method} ${path.split('?')[0]?.replace('/repos/acme/flights/', '')}`);
}

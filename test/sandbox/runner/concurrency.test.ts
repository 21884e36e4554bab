import { describe, expect, it } from 'vitest';
import { createConcurrencyGroups } from '../../../sandbox/runner/concurrency.ts';

const signal = new AbortController().signal;
const waits = { cancelsInProgress: false, keepsAll: false, signal };

describe('a concurrency group', () => {
  it('lets one in at a time, whatever the case of its name', async () => {
    const groups = createConcurrencyGroups();
    const first = await groups.enter('Deploy', waits);
    let entered = false;
    const second = groups.enter('deploy', waits).then((place) => {
      entered = true;
      return place;
    });
    await Promise.resolve();
    expect(entered).toBe(false);
    first?.leave();

    expect(await second).not.toBeNull();
    expect(await groups.enter('other', waits)).not.toBeNull();
  });

  it('keeps the newest that waits, or all when told so', async () => {
    const groups = createConcurrencyGroups();
    const running = await groups.enter('a', waits);
    const older = groups.enter('a', waits);
    const newer = groups.enter('a', waits);
    const queued = groups.enter('a', { ...waits, keepsAll: true });

    expect(await older).toBeNull();
    running?.leave();
    const place = await newer;
    place?.leave();
    expect([place === null, (await queued) === null]).toEqual([false, false]);
  });

  it('stops the one in progress for a newer that asks for it', async () => {
    const groups = createConcurrencyGroups();
    const running = await groups.enter('a', waits);
    const newer = groups.enter('a', { ...waits, cancelsInProgress: true });

    expect(running?.signal.aborted).toBe(true);
    running?.leave();
    expect((await newer)?.signal.aborted).toBe(false);
  });

  it('lets go who is cancelled while waiting', async () => {
    const groups = createConcurrencyGroups();
    const cancel = new AbortController();
    const running = await groups.enter('a', waits);
    const impatient = groups.enter('a', { ...waits, signal: cancel.signal });
    cancel.abort();

    expect(await impatient).toBeNull();
    running?.leave();
    expect(await groups.enter('a', waits)).not.toBeNull();
  });
});

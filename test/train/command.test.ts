import { describe, expect, it } from 'vitest';
import { runCommand } from '../../src/train/command.ts';

function run(command: string, timeoutMs = 20_000) {
  const lines: string[] = [];
  const environment = { PATH: process.env['PATH'] ?? '' };
  return runCommand({
    command,
    folder: '.',
    environment,
    timeoutMs,
    graceMs: 300,
    onLine: (line) => lines.push(line),
  }).then((outcome) => ({ outcome, lines }));
}

describe('a training command', () => {
  it('streams what it prints and reports its exit code', async () => {
    const { outcome, lines } = await run('echo one; echo two >&2; exit 3');

    expect(outcome).toMatchObject({ exitCode: 3, signal: null, timedOut: false });
    expect([...lines].sort()).toEqual(['one', 'two']);
  });

  it('fails when the first part of a pipe fails', async () => {
    const { outcome } = await run('false | cat');

    expect(outcome.exitCode).toBe(1);
  });

  it('is stopped at its deadline even when it ignores SIGTERM', async () => {
    const { outcome } = await run('trap "" TERM; while true; do sleep 0.05; done', 300);

    expect(outcome).toMatchObject({ timedOut: true, signal: 'SIGKILL' });
    expect(outcome.seconds).toBeLessThan(3);
  });

  it('does not wait for what it leaves in the background', async () => {
    const { outcome } = await run('sleep 30 & echo done');

    expect(outcome.exitCode).toBe(0);
    expect(outcome.seconds).toBeLessThan(5);
  });

  it('may write a log without end, of which the last lines are kept', async () => {
    const { outcome, lines } = await run(
      '(yes 0123456789012345678901234567890123456789 || true) | head -c 60000000; echo; echo the end',
    );

    expect(outcome.logBytes).toBeGreaterThan(60_000_000);
    expect(outcome.logTail.at(-1)).toBe('the end');
    expect(lines.at(-1)).toMatch(/^… more than 10000000 bytes of log/);
  });

  it('may print a line of any length', async () => {
    const { lines } = await run('head -c 30000000 /dev/zero | tr "\\0" x; echo');

    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/x … \(29984000 more characters\)$/);
  });

  it.runIf(process.platform === 'linux')('has the memory of its whole process group measured', async () => {
    // Bash would hand its process over to its last command, and with it the memory: so that is not the sleep.
    const { outcome } = await run(`bash -c 'x=$(head -c 60000000 /dev/zero | tr "\\0" x); sleep 2.5; true'`);

    expect(outcome.peakMemoryBytes).toBeGreaterThan(60_000_000);
  });
});

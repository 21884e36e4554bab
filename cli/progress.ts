import type { Invocation } from './command.ts';

/** Says how far work has come, once it has taken two seconds: one line on a terminal, a plain line every ten seconds elsewhere. */
export interface Progress {
  update(done: number, total: number): void;
  /** Clears the line. */
  end(): void;
}

const silentMs = 2000;

export function progress(options: {
  readonly stderr: Invocation['stderr'];
  /** What is being done, e.g. `profile`, and what is counted, e.g. `cells`. */
  readonly what: string;
  readonly unit: string;
  readonly now?: () => number;
}): Progress {
  const { stderr, what, unit, now = () => performance.now() } = options;
  const started = now();
  const isTerminal = stderr.isTTY === true;
  const intervalMs = isTerminal ? 200 : 10_000;
  let shownAt = started + silentMs - intervalMs;
  let isShown = false;
  return {
    update(done, total) {
      const time = now();
      if (time - shownAt < intervalMs) return;
      shownAt = time;
      const seconds = (time - started) / 1000;
      const rate = done / seconds;
      const left = rate > 0 ? `${Math.ceil((total - done) / rate)} s left` : 'time left unknown';
      const line = `  ${what}  ${grouped(done)}/${grouped(total)} ${unit}  ${grouped(Math.round(rate))}/s  ${left}`;
      stderr.write(isTerminal ? `\r\x1b[2K${line}` : `${line}\n`);
      isShown = true;
    },
    end() {
      if (isShown && isTerminal) stderr.write('\r\x1b[2K');
    },
  };
}

/** A whole number in groups of three. */
export function grouped(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+(?!\d))/g, ' ');
}

import type { EvaluationProgress } from './evaluate.ts';

const everyMs = 10_000;

/**
 * Turns the progress of an evaluation into a line every ten seconds, for logs: rows done, rate, time left. `now` gives
 * milliseconds.
 */
export function progressLines(
  write: (line: string) => void,
  now: () => number = () => performance.now(),
): (progress: EvaluationProgress) => void {
  const started = now();
  let writtenAt = started;
  return ({ rows, totalRows }) => {
    const time = now();
    if (time - writtenAt < everyMs || rows === 0) return;
    writtenAt = time;
    const rate = rows / ((time - started) / 1000);
    const left = Math.ceil((totalRows - rows) / rate);
    write(`evaluation: ${rows} of ${totalRows} rows, ${Math.round(rate)} rows/s, ${left} s left`);
  };
}

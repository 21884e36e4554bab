import type { Delivery } from '../github/webhooks.ts';
import type { JobNews, World } from '../world.ts';

/** Writes what happens as lines with the time since the start. */
export interface Narrator {
  say(line: string): void;
  /** With the time, as something that happens in an act. */
  happened(line: string): void;
  job(job: JobNews): void;
  /** Tells of the checks that the App concludes in this world. */
  follow(world: World): void;
}

/** A narrator who begins to count now. */
export function narrator(write: (line: string) => void): Narrator {
  const started = performance.now();
  const clock = (): string => {
    const seconds = Math.floor((performance.now() - started) / 1000);
    return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
  };
  return {
    say: write,
    happened: (line) => write(`  ${clock()}  ${line}`),
    job: ({ name, news }) => write(`  ${clock()}  job ${name}: ${news}`),
    follow: (world) => {
      world.github.observers.add({
        onDelivery: (delivery) => {
          const line = checkLine(delivery);
          if (line !== null) write(`  ${clock()}  ${line}`);
        },
      });
    },
  };
}

function checkLine({ event, action, payload }: Delivery): string | null {
  if (event !== 'check_run' || action !== 'completed') return null;
  // The payload is the sandbox's own, which its conformance test holds against GitHub's schemas.
  const { check_run: check } = payload as unknown as {
    readonly check_run: {
      readonly name: string;
      readonly conclusion: string;
      readonly output: { readonly title: string | null };
    };
  };
  // The check that GitHub makes of a job has no title, and jobs are told of as jobs.
  return check.output.title === null ? null : `check ${check.name}: ${check.conclusion} — ${check.output.title}`;
}

import { readdirSync, readFileSync } from 'node:fs';

const pageBytes = 4096;
const intervalMs = 500;

/**
 * Samples the resident memory of a process group twice a second from /proc and keeps the highest sum, in bytes. Shared
 * pages are counted once per process, so the figure is an upper bound. `stop` gives null where /proc does not exist.
 */
export function watchMemory(group: number): { readonly stop: () => number | null } {
  let peak: number | null = null;
  const sample = (): void => {
    const now = residentBytes(group);
    if (now !== null && now > (peak ?? 0)) peak = now;
  };
  sample();
  const timer = setInterval(sample, intervalMs);
  return {
    stop: () => {
      clearInterval(timer);
      return peak;
    },
  };
}

function residentBytes(group: number): number | null {
  let processes: readonly string[];
  try {
    processes = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  } catch {
    return null;
  }
  let pages = 0;
  for (const id of processes) {
    try {
      // The command name, in parentheses, may hold spaces: fields are counted behind it. Of them, pgrp is the third and rss the 22nd.
      const fields = readFileSync(`/proc/${id}/stat`, 'utf8')
        .replace(/^.*\) /s, '')
        .split(' ');
      if (Number(fields[2]) === group) pages += Number(fields[21]);
    } catch {
      // The process ended between the listing and the reading.
    }
  }
  return pages * pageBytes;
}

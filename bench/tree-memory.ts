import { readdirSync, readFileSync } from 'node:fs';

/** Resident memory of a process and all that descend from it, in bytes; 0 where there is no /proc. */
export function treeMemory(root: number): number {
  const processes = new Map<number, { readonly parent: number; readonly bytes: number }>();
  for (const name of listProcesses()) {
    const status = readStatus(name);
    const field = (key: string): number => Number(new RegExp(`^${key}:\\s+(\\d+)`, 'm').exec(status)?.[1] ?? 0);
    processes.set(Number(name), { parent: field('PPid'), bytes: field('VmRSS') * 1024 });
  }
  const isOurs = (id: number): boolean => {
    const parent = processes.get(id)?.parent;
    return id === root || (parent !== undefined && parent !== 0 && isOurs(parent));
  };
  let bytes = 0;
  for (const [id, one] of processes) if (isOurs(id)) bytes += one.bytes;
  return bytes;
}

function listProcesses(): readonly string[] {
  try {
    return readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  } catch {
    return [];
  }
}

/** Empty when the process has ended meanwhile. */
function readStatus(id: string): string {
  try {
    return readFileSync(`/proc/${id}/status`, 'utf8');
  } catch {
    return '';
  }
}

import { createHash } from 'node:crypto';
import { globSync, readFileSync, statSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';

/**
 * What `hashFiles()` answers: SHA-256 over the SHA-256 of each file that the patterns match below `folder`, in order of
 * path; empty when none does. A pattern that begins with `!` takes files out again.
 */
export function hashFiles(folder: string, patterns: readonly string[]): string {
  const chosen = new Set<string>();
  for (const pattern of patterns.flatMap((text) => text.split('\n')).map((text) => text.trim())) {
    if (pattern === '' || pattern.startsWith('#')) {
      continue;
    }
    const excluded = pattern.startsWith('!');
    for (const path of globSync(excluded ? pattern.slice(1) : pattern, { cwd: folder })) {
      const file = resolve(folder, path);
      if (excluded) {
        chosen.delete(file);
      } else if (!relative(folder, file).startsWith('..') && statSync(file).isFile()) {
        chosen.add(file);
      }
    }
  }
  if (chosen.size === 0) {
    return '';
  }
  const total = createHash('sha256');
  for (const file of [...chosen].sort()) {
    total.update(
      createHash('sha256')
        .update(readFileSync(join(file)))
        .digest(),
    );
  }
  return total.digest('hex');
}

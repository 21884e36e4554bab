import { quoted } from '../policy/quoted.ts';
import type { ChangedFile, ChangeFacts } from './change-facts.ts';
import { type DependencyFormat, dependencyFormat, isLocked } from './dependency-file.ts';
import type { Place, Rule } from './rule.ts';
import { trainingFinder } from './training-code.ts';

/** Added or changed dependencies of training code whose version is left open. Lines that were there before are left alone. */
export const unpinnedDependency: Rule = {
  name: 'unpinned-dependency',
  title: 'A dependency of training is not pinned',
  reason:
    'the same commit installs something else next month, and a model that changed by itself cannot be explained or made again',
  fix: 'name one exact version (`==1.2.3`; in package.json `1.2.3`), or commit the lock file beside it',
  wantsText: (policy) => {
    const trains = trainingFinder(policy);
    return (path) => dependencyFormat(path) !== null && trains(path);
  },
  places: (facts) => {
    const trains = trainingFinder(facts.policy);
    return facts.files.flatMap((file) => {
      const format = dependencyFormat(file.path);
      return format === null || !trains(file.path) ? [] : openIn(file, format, facts);
    });
  },
};

function openIn(file: ChangedFile, format: DependencyFormat, { paths }: ChangeFacts): readonly Place[] {
  const { path, text, added } = file;
  if (text === null || added === null) return [];
  // A tree that GitHub does not list may hold the lock: then nothing is claimed.
  if (format.locks.length > 0 && (paths === null || isLocked(path, format, paths))) return [];
  const isNew = new Set(added.map(({ number }) => number));
  return format
    .open(text)
    .filter(({ line }) => isNew.has(line))
    .map(({ name, asked, line }) => ({ path, line, found: `${quoted(name)} asks for ${quoted(asked)}` }));
}

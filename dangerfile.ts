import { existsSync, readFileSync, statSync } from 'node:fs';
import type { AddedLine, ChangedFile } from './src/hygiene/change-facts.ts';
import { judgeChange } from './src/hygiene/judge-change.ts';
import { HygienePolicy } from './src/policy/hygiene-policy.ts';
import { hygieneMessage } from './src/render/hygiene.ts';

/** What Danger tells of a change; the part of its `danger.git` that is asked here. */
export interface Change {
  readonly modified_files: readonly string[];
  readonly created_files: readonly string[];
  JSONDiffForFile(path: string): Promise<Readonly<Record<string, unknown>>>;
  structuredDiffForFile(path: string): Promise<{
    readonly chunks: readonly {
      readonly changes: readonly { readonly type: string; readonly ln?: number; readonly content: string }[];
    }[];
  } | null>;
}

/** Something that a reviewer would otherwise have to say. `warn` is shown, `fail` holds the change up. */
export interface Remark {
  readonly kind: 'warn' | 'fail';
  readonly text: string;
}

/**
 * What the change that is checked out forgot: its line in the changelog, the lock of its dependencies, the tests beside
 * the one in work; and what it should not commit, by the rules that users' repositories have too.
 */
export async function review(git: Change): Promise<readonly Remark[]> {
  const touched = [...git.modified_files, ...git.created_files];
  const remarks: Remark[] = [];
  if (touched.some((path) => /^(src|app|actions|cli)\//.test(path)) && !touched.includes('CHANGELOG.md')) {
    const text =
      'expected a line in CHANGELOG.md beside a change of what users run, found none; say what it does for them';
    remarks.push({ kind: 'warn', text });
  }
  if (!touched.includes('package-lock.json') && (await hasOtherDependencies(git))) {
    const text = 'expected package-lock.json to change with the dependencies of package.json; run `npm install`';
    remarks.push({ kind: 'fail', text });
  }
  for (const path of touched.filter((one) => one.endsWith('.test.ts'))) {
    if (/^\s*(describe|it|test)(\.\w+)*\.only\b/m.test(readFileSync(path, 'utf8'))) {
      remarks.push({ kind: 'fail', text: `expected every test to run, found \`.only\` in ${path}; take it out` });
    }
  }
  return [...remarks, ...(await unclean(git))];
}

async function hasOtherDependencies(git: Change): Promise<boolean> {
  if (!git.modified_files.includes('package.json')) return false;
  const changed = await git.JSONDiffForFile('package.json');
  return ['dependencies', 'devDependencies', 'peerDependencies', 'overrides'].some((key) => key in changed);
}

/** This repository trains no model, and its examples and fixtures hold some: only what fits every repository is asked. */
const levels = HygienePolicy.parse({
  'gate-loosened': 'off',
  'holdout-changed': 'off',
  'data-without-schema': 'off',
  'model-without-card': 'off',
  'unseeded-training': 'off',
  'notebook-output': 'fail',
  'unpinned-dependency': 'fail',
});

async function unclean(git: Change): Promise<readonly Remark[]> {
  const paths = [...git.modified_files, ...git.created_files].filter((path) => existsSync(path));
  const files = await Promise.all(paths.map((path) => fileOf(git, path)));
  // No path is named as there, so that a lock excuses nothing: versions are written exactly here.
  const facts = { files, paths: new Set<string>(), policy: null, change: null, proposed: null };
  return judgeChange(facts, levels).map((found) => ({ kind: found.level, text: hygieneMessage(found) }));
}

async function fileOf(git: Change, path: string): Promise<ChangedFile> {
  const status = git.created_files.includes(path) ? 'added' : 'modified';
  const { size: bytes } = statSync(path);
  if (bytes > 5_000_000) return { path, status, bytes, content: 'binary', added: null, text: null };
  const content = readFileSync(path);
  if (content.subarray(0, 8000).includes(0)) return { path, status, bytes, content: 'binary', added: null, text: null };
  const text = content.toString('utf8');
  return { path, status, bytes, content: 'text', added: await addedLines(git, path), text };
}

async function addedLines(git: Change, path: string): Promise<readonly AddedLine[]> {
  const diff = await git.structuredDiffForFile(path);
  const changes = diff?.chunks.flatMap((chunk) => chunk.changes) ?? [];
  return changes.flatMap(({ type, ln, content }) =>
    type === 'add' && ln !== undefined ? [{ number: ln, text: content.slice(1) }] : [],
  );
}

import { readFileSync } from 'node:fs';

/** What Danger tells of a change; the part of its `danger.git` that is asked here. */
export interface Change {
  readonly modified_files: readonly string[];
  readonly created_files: readonly string[];
  JSONDiffForFile(path: string): Promise<Readonly<Record<string, unknown>>>;
}

/** Something that a reviewer would otherwise have to say. `warn` is shown, `fail` holds the change up. */
export interface Remark {
  readonly kind: 'warn' | 'fail';
  readonly text: string;
}

/** What the change that is checked out forgot: its line in the changelog, the lock of its dependencies, the tests beside the one in work. */
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
  return remarks;
}

async function hasOtherDependencies(git: Change): Promise<boolean> {
  if (!git.modified_files.includes('package.json')) return false;
  const changed = await git.JSONDiffForFile('package.json');
  return ['dependencies', 'devDependencies', 'peerDependencies', 'overrides'].some((key) => key in changed);
}

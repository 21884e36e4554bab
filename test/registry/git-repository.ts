import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A commit to make: its files, and its time in seconds since 1970. */
export interface NewCommit {
  readonly at: number;
  readonly files: Readonly<Record<string, string>>;
}

/** A git repository in a folder of its own, which goes away at the end of the test. */
export class GitRepository implements Disposable {
  readonly folder: string = mkdtempSync(join(tmpdir(), 'siskin-git-'));

  constructor() {
    this.git(['init', '--quiet', '--initial-branch=main']);
  }

  /** Makes the commits in order on main, and gives their ids. */
  commits(commits: readonly NewCommit[]): readonly string[] {
    const known = this.git(['for-each-ref', '--format=%(objectname)', 'refs/heads/main']).trim();
    const lines = commits.flatMap(({ at, files }, index) => [
      'commit refs/heads/main',
      `mark :${index + 1}`,
      `committer Ada <ada@example.com> ${at} +0000`,
      ...data(`commit ${index + 1}`),
      ...(index === 0 && known !== '' ? [`from ${known}`] : []),
      ...Object.entries(files).flatMap(([path, text]) => [`M 100644 inline ${path}`, ...data(text)]),
    ]);
    this.git(['fast-import', '--quiet', '--force'], `${lines.join('\n')}\n`);
    const ids = this.git(['rev-list', '--reverse', '--first-parent', 'main']).trim().split('\n');
    return ids.slice(-commits.length);
  }

  /** Makes annotated tags. */
  tags(tags: readonly { readonly name: string; readonly commit: string; readonly at: number }[]): void {
    const lines = tags.flatMap(({ name, commit, at }) => [
      `tag ${name}`,
      `from ${commit}`,
      `tagger Ada <ada@example.com> ${at} +0000`,
      ...data(`about ${name}`),
    ]);
    this.git(['fast-import', '--quiet', '--force'], `${lines.join('\n')}\n`);
  }

  git(args: readonly string[], input = ''): string {
    const configuration = ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.com'];
    return execFileSync('git', [...configuration, ...args], { cwd: this.folder, input, encoding: 'utf8' });
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function data(text: string): readonly string[] {
  return [`data ${Buffer.byteLength(text)}`, text];
}

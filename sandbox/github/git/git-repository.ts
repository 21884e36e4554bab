import { randomBytes } from 'node:crypto';
import { mkdir, rename, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { deflate } from 'node:zlib';
import {
  type CommitObject,
  encodeCommit,
  encodeTree,
  type ObjectType,
  objectSha,
  parseCommit,
  parseTree,
  type TreeEntry,
} from './git-object.ts';
import { ObjectReader, type RawObject } from './object-reader.ts';
import { type GitResult, spawnGit } from './spawn-git.ts';

const compress = promisify(deflate);

export interface Ref {
  /** `refs/heads/main` */
  readonly name: string;
  readonly sha: string;
  readonly type: ObjectType;
}

/** A bare repository on disk. Objects are written and read without starting a process; refs and diffs ask git. */
export class GitRepository implements AsyncDisposable {
  readonly folder: string;
  readonly #reader: ObjectReader;
  readonly #commits = new Map<string, CommitObject>();
  readonly #trees = new Map<string, readonly TreeEntry[]>();
  readonly #mergeBases = new Map<string, string | null>();
  #last: Promise<unknown> = Promise.resolve();

  private constructor(folder: string) {
    this.folder = folder;
    this.#reader = new ObjectReader(folder);
  }

  static async create(folder: string, defaultBranch: string): Promise<GitRepository> {
    await mkdir(folder, { recursive: true });
    const result = await spawnGit(['init', '-q', '--bare', '--template=', '-b', defaultBranch, '.'], { cwd: folder });
    if (result.status !== 0) {
      throw new Error(`git init: ${result.stderr}`);
    }
    await writeFile(join(folder, 'config'), configuration);
    await mkdir(join(folder, 'hooks'));
    await writeFile(join(folder, 'hooks', 'pre-receive'), preReceive, { mode: 0o755 });
    return new GitRepository(folder);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#reader[Symbol.asyncDispose]();
  }

  /** One at a time: whatever moves refs runs in here, so that two pushes never see each other half done. */
  exclusive<T>(work: () => Promise<T>): Promise<T> {
    const next = this.#last.then(work, work);
    this.#last = next.catch(() => {});
    return next;
  }

  /** Runs git in this repository and judges nothing. */
  run(args: readonly string[], input?: Uint8Array | string): Promise<GitResult> {
    return spawnGit(args, input === undefined ? { cwd: this.folder } : { cwd: this.folder, input });
  }

  /** The output of git; throws when it fails. */
  async ask(args: readonly string[], input?: Uint8Array | string): Promise<Buffer> {
    const result = await this.run(args, input);
    if (result.status !== 0) {
      throw new Error(`git ${args[0]} answered ${result.status}: ${result.stderr.trim()}`);
    }
    return result.stdout;
  }

  read(revision: string): Promise<RawObject | null> {
    return this.#reader.read(revision);
  }

  inspect(revision: string): Promise<RawObject | null> {
    return this.#reader.inspect(revision);
  }

  /** The commit of a full SHA or revision, through annotated tags. */
  async commit(revision: string): Promise<CommitObject | null> {
    const known = this.#commits.get(revision);
    if (known !== undefined) {
      return known;
    }
    const object = await this.#reader.read(`${revision}^{commit}`);
    if (object === null) {
      return null;
    }
    const commit = parseCommit(object.sha, object.content);
    this.#commits.set(object.sha, commit);
    return commit;
  }

  /** The entries of one tree, not recursive. */
  async tree(revision: string): Promise<{ readonly sha: string; readonly entries: readonly TreeEntry[] } | null> {
    const known = this.#trees.get(revision);
    if (known !== undefined) {
      return { sha: revision, entries: known };
    }
    const object = await this.#reader.read(`${revision}^{tree}`);
    if (object === null) {
      return null;
    }
    const entries = parseTree(object.content);
    this.#trees.set(object.sha, entries);
    return { sha: object.sha, entries };
  }

  async writeObject(type: ObjectType, content: Uint8Array): Promise<string> {
    const sha = objectSha(type, content);
    const path = join(this.folder, 'objects', sha.slice(0, 2), sha.slice(2));
    if (await stat(path).catch(() => null)) {
      return sha;
    }
    await mkdir(dirname(path), { recursive: true });
    const draft = `${path}.${randomBytes(6).toString('hex')}`;
    await writeFile(draft, await compress(Buffer.concat([Buffer.from(`${type} ${content.length}\0`), content])));
    await rename(draft, path);
    return sha;
  }

  writeTree(entries: readonly TreeEntry[]): Promise<string> {
    return this.writeObject('tree', encodeTree(entries));
  }

  writeCommit(commit: Omit<CommitObject, 'sha'>): Promise<string> {
    return this.writeObject('commit', encodeCommit(commit));
  }

  /** What a full ref name (`refs/heads/main`) points at, or null. */
  async ref(name: string): Promise<Ref | null> {
    if (!isRefName(name)) {
      return null;
    }
    const object = await this.#reader.inspect(name);
    return object === null ? null : { name, sha: object.sha, type: object.type };
  }

  /** All refs below these prefixes, by name. */
  async refs(...prefixes: readonly string[]): Promise<readonly Ref[]> {
    const output = await this.ask(['for-each-ref', '--format=%(refname) %(objectname) %(objecttype)', ...prefixes]);
    return output
      .toString('utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => {
        const [name = '', sha = '', type] = line.split(' ');
        // for-each-ref prints one of git's four object types.
        return { name, sha, type: type as ObjectType };
      });
  }

  /** Points a ref at an object; false when it stands elsewhere than `expected` (all zeros: must not exist yet). */
  async updateRef(name: string, sha: string, expected?: string): Promise<boolean> {
    const result = await this.run(['update-ref', name, sha, ...(expected === undefined ? [] : [expected])]);
    return result.status === 0;
  }

  async deleteRef(name: string): Promise<void> {
    await this.ask(['update-ref', '-d', name]);
  }

  /** The best common ancestor, or null when the histories are unrelated. */
  async mergeBase(left: string, right: string): Promise<string | null> {
    if (left === right) {
      return left;
    }
    const key = `${left} ${right}`;
    const known = this.#mergeBases.get(key);
    if (known !== undefined) {
      return known;
    }
    const result = await this.run(['merge-base', left, right]);
    const base = result.status === 0 ? result.stdout.toString('utf8').trim() : null;
    // Two commits have their ancestors for ever; a branch does not.
    if (/^[0-9a-f]{40} [0-9a-f]{40}$/.test(key)) {
      this.#mergeBases.set(key, base);
    }
    return base;
  }

  async isAncestor(ancestor: string, descendant: string): Promise<boolean> {
    return ancestor === descendant || (await this.mergeBase(ancestor, descendant)) === ancestor;
  }
}

/** Whether git would accept this as a ref's full name. */
export function isRefName(name: string): boolean {
  return (
    /^refs\/[^/]/.test(name) &&
    !/[^!-~\u0080-\uffff]|[~^:?*[\\]|\.\.|@\{|\/\/|\.$|\/$|\.lock(\/|$)|\/\./.test(name) &&
    name.split('/').length >= 3
  );
}

// Pull request refs are GitHub's to move; any commit that a client knows by name may be fetched, as on GitHub.
const configuration = `[core]
\trepositoryformatversion = 0
\tfilemode = true
\tbare = true
\tfsync = none
[http]
\treceivepack = true
[receive]
\thideRefs = refs/pull
[uploadpack]
\tallowAnySHA1InWant = true
\tallowFilter = true
[gc]
\tauto = 0
[diff]
\trenameLimit = 1000
`;

// Apps and jobs may not push changes of workflows unless they hold the `workflows` permission; the server says so by the
// environment. A new branch is compared with where it left the default branch.
const preReceive = `#!/bin/sh
[ -n "$REFUSE_WORKFLOWS" ] || exit 0
while read -r before after ref; do
  case "$after" in *[!0]*) ;; *) continue ;; esac
  case "$before" in *[!0]*) ;; *) before=$(git merge-base HEAD "$after" || git hash-object -t tree /dev/null) ;; esac
  file=$(git diff --name-only "$before" "$after" -- .github/workflows | head -n 1)
  if [ -n "$file" ]; then
    echo 'refusing to allow a GitHub App to create or update workflow \`'"$file"'\` without \`workflows\` permission' >&2
    exit 1
  fi
done
`;

import { existsSync } from 'node:fs';
import { cp, mkdir, rm } from 'node:fs/promises';
import { basename, join, resolve, sep } from 'node:path';

/** Where the files of an action lie, and what `github.action_repository` and `github.action_ref` say in it. */
export interface ActionFolder {
  readonly folder: string;
  readonly repository: string;
  readonly ref: string;
}

/** Fetches the actions that a job uses. */
export interface ActionStore {
  /** Copies a remote action into the job's `_actions`; throws when nobody knows its repository. */
  fetch(uses: string): Promise<ActionFolder>;
}

/**
 * The store of one job. `sources` maps `owner/repo` to a folder on this machine; its copy lacks `node_modules` and
 * `.git`, because what GitHub downloads is what was committed.
 */
export function createActionStore(options: {
  readonly sources: Readonly<Record<string, string>>;
  readonly folder: string;
}): ActionStore {
  const fetched = new Map<string, Promise<string>>();
  return {
    fetch: async (uses) => {
      const match = /^([^/@\s]+\/[^/@\s]+)((?:\/[^@\s]+)?)@(\S+)$/.exec(uses);
      if (match === null) {
        throw new Error(`expected \`uses\` of the form owner/repository/path@ref or ./path, found '${uses}'`);
      }
      const [, repository = '', path = '', ref = ''] = match;
      const source = options.sources[repository.toLowerCase()];
      if (source === undefined) {
        throw new Error(`Unable to resolve action '${uses}': this runner knows no repository '${repository}'`);
      }
      const target = join(options.folder, repository, ref.replaceAll('/', '_'));
      const copy = fetched.get(target) ?? copyAction(source, target);
      fetched.set(target, copy);
      const folder = resolve(await copy, `.${path}`);
      if (folder !== target && !folder.startsWith(target + sep)) {
        throw new Error(`the path of action '${uses}' leaves its repository`);
      }
      return { folder, repository, ref };
    },
  };
}

async function copyAction(source: string, target: string): Promise<string> {
  if (!existsSync(source)) {
    throw new Error(`the folder of this action is not there: ${source}`);
  }
  await rm(target, { recursive: true, force: true });
  await mkdir(target, { recursive: true });
  await cp(source, target, {
    recursive: true,
    verbatimSymlinks: true,
    filter: (from) => from === source || !uncommitted.has(basename(from)),
  });
  return target;
}

const uncommitted = new Set(['node_modules', '.git']);

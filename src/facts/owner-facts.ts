import { codeOwners, codeOwnersPaths, type Owner } from '../change/code-owners.ts';
import { folderMatcher, globMatcher } from '../change/glob.ts';
import type { Repository } from '../intent.ts';
import type { ModelPolicy, Policy } from '../policy/policy.ts';
import type { GithubReader } from '../ports.ts';
import { type Answered, known, unknown } from './answered.ts';

/** By model: the owners of each of its files that has owners; files with the same owners are told once. */
export type ModelOwners = ReadonlyMap<string, readonly (readonly Owner[])[]>;

/** Reads who owns the files of each model at a commit: a tree, and the file with the owners. */
export async function readOwners(
  repository: Repository,
  { policy, commit }: { readonly policy: Policy; readonly commit: string },
  github: GithubReader,
): Promise<Answered<ModelOwners>> {
  const tree = await github.readTree(repository, commit);
  if (tree === null) return unknown('the repository has more files than GitHub lists');
  const paths = tree.map(({ path }) => path);
  const present = new Set(paths);
  const place = codeOwnersPaths.find((path) => present.has(path));
  const text = place === undefined ? null : await github.readFile(repository, place, commit);
  const ownersOf = codeOwners(text ?? '');
  const files = Object.entries(policy.models).map(([model, own]) => [model, paths.filter(fileTest(own))] as const);
  const compared = files.reduce((sum, [, own]) => sum + own.length, 0) * (text ?? '').split('\n').length;
  if (compared > mostComparisons) return unknown('there are more files and owners than can be compared');
  const models = files.map(([model, own]) => {
    const owned = own.map(ownersOf).filter((owners) => owners.length > 0);
    return [model, [...new Set(owned)]] as const;
  });
  return known(new Map(models));
}

/** Files times lines of CODEOWNERS: what takes about a second, in which nothing else is answered. */
const mostComparisons = 2_000_000;

/**
 * Which files are a model's own: its data, schema, parameters, model file and training code. The holdout judges it and is
 * not its own; and inputs that are the whole repository name nothing.
 */
function fileTest({ data, model, train }: ModelPolicy): (path: string) => boolean {
  const inputs = (train?.inputs ?? []).filter((glob) => glob !== '**');
  const folders = [...data.train, ...(model === undefined ? [] : [model])];
  const files = [...inputs, ...(train?.parameters ?? []), ...(data.schema === undefined ? [] : [data.schema])];
  // A pointer file of DVC stands for what it is named after.
  const tests = [folderMatcher([...folders, ...folders.map((path) => `${path}.dvc`)]), globMatcher(files)];
  return (path) => tests.some((test) => test(path));
}

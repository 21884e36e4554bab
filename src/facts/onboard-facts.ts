import type { Intent } from '../intent.ts';
import { filesToInspect } from '../onboard/inspect.ts';
import { readWorkflowTemplate } from '../onboard/workflow-template.ts';
import { policyPath } from '../policy/policy.ts';
import type { GithubReader, TreeEntry } from '../ports.ts';

/** What stands in a repository that was just given to us. */
export interface OnboardFacts {
  readonly branch: { readonly name: string; readonly sha: string };
  readonly hasPolicy: boolean;
  readonly tree: readonly TreeEntry[];
  /** The beginnings of the small files that tell most, by path. */
  readonly texts: ReadonlyMap<string, string>;
  readonly workflow: string;
}

const largestBytes = 100_000;

/** Reads the tree of the default branch and up to 30 small files; nothing more when there is a policy already. */
export async function gatherOnboard(
  { repository }: Extract<Intent, { readonly kind: 'onboard' }>,
  { github }: { readonly github: GithubReader },
): Promise<OnboardFacts> {
  const branch = await github.readDefaultBranch(repository);
  const workflow = readWorkflowTemplate();
  if ((await github.readFile(repository, policyPath, branch.sha)) !== null) {
    return { branch, hasPolicy: true, tree: [], texts: new Map(), workflow };
  }
  const tree = (await github.readTree(repository, branch.sha)) ?? [];
  const texts = filesToInspect(tree, largestBytes).map(async ({ path, sha }) => {
    const bytes = await github.readBlob(repository, sha);
    return [path, new TextDecoder().decode(bytes)] as const;
  });
  return { branch, hasPolicy: false, tree, texts: new Map(await Promise.all(texts)), workflow };
}

import { type ModelPolicy, type Policy, policyPath } from '../policy/policy.ts';
import { modelOfManifest } from '../registry/manifest.ts';
import { folderMatcher, globMatcher } from './glob.ts';
import type { Cause } from './model-change.ts';

/** What a file is to one model: a cause of change, what its training writes, or null when it is none of its business. */
export type Role = Cause | 'output';

/** Files that are never code, whatever `inputs` says. */
const documentation = [
  '**/*.{md,mdx,rst,adoc}',
  '**/{LICENSE,LICENCE,NOTICE,CHANGELOG,AUTHORS,CODEOWNERS,CITATION.cff}',
  '**/{LICENSE,LICENCE,NOTICE,CHANGELOG,AUTHORS}.*',
  'docs/**',
  '**/*.{png,jpg,jpeg,gif,svg,webp,ico,pdf}',
  '**/{.gitignore,.gitattributes,.editorconfig,.dvcignore}',
  '{.github,.vscode,.idea,.dvc}/**',
];
const isDocumentation = globMatcher(documentation);

/** Whether a path is a pointer file of DVC, whose content says what it stands for. */
export function isDvcPointer(path: string): boolean {
  return path.endsWith('.dvc') || path === 'dvc.lock' || path.endsWith('/dvc.lock');
}

/** The path of the workflow that the policy names. */
export function workflowPath(policy: Policy): string {
  return `.github/workflows/${policy.workflow}`;
}

/**
 * Tells what a file is to a model, by its path. What the policy names for a purpose (also for another model) is never
 * code; pointer files of DVC have no role of their own but that of what they stand for.
 */
export function roleFinder(options: {
  readonly policy: Policy;
  readonly model: string;
}): (path: string) => Role | null {
  const { policy, model } = options;
  const own = policy.models[model];
  if (own === undefined) return () => null;
  const named = namedFiles(own);
  const others = Object.entries(policy.models)
    .filter(([name]) => name !== model)
    .flatMap(([, other]) => namedFiles(other).map(([, matches]) => matches));
  const isInput = globMatcher(own.train?.inputs ?? []);
  return (path) => {
    if (path === policyPath || path === workflowPath(policy) || isDvcPointer(path)) return null;
    // What is released is a result: to say so trains nothing anew.
    if (modelOfManifest(path) !== null) return null;
    const role = named.find(([, matches]) => matches(path))?.[0];
    if (role !== undefined) return role;
    if (isDocumentation(path) || others.some((matches) => matches(path))) return null;
    return isInput(path) ? 'code' : null;
  };
}

type Matcher = (path: string) => boolean;

/** In the order of precedence. Without training, only data, model and schema matter. */
function namedFiles(model: ModelPolicy): readonly (readonly [Role, Matcher])[] {
  const { data, train } = model;
  return [
    ['holdout', folderMatcher(data.holdout)],
    ['data', folderMatcher(data.train)],
    ['schema', globMatcher(data.schema === undefined ? [] : [data.schema])],
    ['model', folderMatcher(model.model === undefined ? [] : [model.model])],
    ['output', folderMatcher(train === undefined ? [] : [train.output])],
    ['parameters', globMatcher(train?.parameters ?? [])],
    ['environment', globMatcher(train?.environment ?? [])],
  ];
}

import { ModelName } from '../policy/policy.ts';

/** The branch from which a model is released: one per model, so that no two releases of it are ever proposed at once. */
export function releaseBranch(model: string): string {
  return `siskin/release/${model}`;
}

/** The model that a branch releases; null for every other branch. */
export function modelOfReleaseBranch(branch: string): string | null {
  const model = /^siskin\/release\/([^/]+)$/.exec(branch)?.[1];
  return model !== undefined && ModelName.safeParse(model).success ? model : null;
}

/** The line of a pull request's body that says which bytes it releases. */
export function digestMarker(digest: string): string {
  return `<!-- siskin:release ${digest} -->`;
}

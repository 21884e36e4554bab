import type { Octokit } from '@octokit/rest';
import type { Repository } from '../intent.ts';

/** What the adapters use of an Octokit: typed requests by route, pages, and the few things that only GraphQL does. */
export type Github = Pick<Octokit, 'request' | 'paginate' | 'graphql'>;

/** Gives an Octokit that reaches this repository and no other; instances and tokens are kept by whoever implements it. */
export type Connect = (repository: Repository) => Promise<Github>;

/** The route parameters that name a repository. */
export function routeOf(repository: Repository): { readonly owner: string; readonly repo: string } {
  return { owner: repository.owner, repo: repository.name };
}

/**
 * For requests that create something: Octokit must not repeat them by itself after a timeout or a 5xx, because GitHub
 * may have done what was asked. The outbox looks first and then repeats.
 */
export const once = { request: { retries: 0 } } as const;

/** GitHub's ids are far below 2^53; Octokit's types also allow what its JSON parser does with larger numbers. */
export function idOf(id: number | bigint): number {
  return Number(id);
}

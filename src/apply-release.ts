import type { ApplyPorts } from './apply.ts';
import { digestOf } from './digest.ts';
import type { Learnt, Outcome, PendingEffect } from './ports.ts';
import type { ReleaseEffect } from './registry/release-effect.ts';
import { proposedWords } from './render/release-news.ts';

type Of<Kind extends ReleaseEffect['kind']> = Extract<ReleaseEffect, { readonly kind: Kind }>;

/** Does one thing about a release. */
export async function applyReleaseEffect(
  pending: PendingEffect,
  effect: ReleaseEffect,
  ports: ApplyPorts,
): Promise<Outcome> {
  const { repository } = pending;
  switch (effect.kind) {
    case 'store-artifact': {
      const { request, store, waivers = [] } = effect;
      const artifact = await ports.releases.storeArtifact(repository, request, { store, waivers });
      return { kind: 'done', learnt: { kind: 'release-stored', request, stored: { kind: 'stored', artifact } } };
    }
    case 'propose-release':
      return await propose(pending, effect, ports);
    case 'register-release':
      await ports.releases.registerRelease(repository, effect);
      return { kind: 'done', learnt: null };
    default:
      return effect satisfies never;
  }
}

/** What a release that was refused for good teaches us: bytes that cannot be moved are told where they were asked for. */
export function refusedReleaseEffect(effect: ReleaseEffect, message: string): Learnt | null {
  if (effect.kind !== 'store-artifact') return null;
  return { kind: 'release-stored', request: effect.request, stored: { kind: 'refused', message } };
}

/** Whoever asked is told once what became of it, in the pull request where they asked. */
async function propose(
  { repository, attempts }: PendingEffect,
  { id, proposal, tell }: Of<'propose-release'>,
  { github, releases }: ApplyPorts,
): Promise<Outcome> {
  const proposed = await releases.proposeRelease(repository, proposal);
  const words = proposedWords(proposed, proposal);
  const number = tell ?? (proposed.kind === 'held' ? proposed.number : null);
  if (words !== null && number !== null) {
    const marker = `<!-- siskin:release:${digestOf(`${id}/${proposed.kind}`).slice('sha256:'.length, 'sha256:'.length + 16)} -->`;
    // What is renewed again and again finds the same hindrance each time: it is told once.
    const mayStand = attempts > 0 || tell === null;
    const stands = mayStand && (await github.findComment(repository, number, marker)) !== null;
    if (!stands) await github.createComment(repository, number, `${words}\n${marker}`);
  }
  return { kind: 'done', learnt: null };
}

import { z } from 'zod';
import type { Actor, Repository } from '../intent.ts';

/** A full commit id. */
export const Sha = z.string().regex(/^[0-9a-f]{40}$/);

/** A GitHub account as payloads name it. */
export const Account = z.object({ login: z.string(), type: z.string().optional() });

/** What every event of a repository says: through which installation, about which repository, by whom. */
export const Origin = z.object({
  installation: z.object({ id: z.number().int() }),
  repository: z.object({
    id: z.number().int(),
    name: z.string(),
    owner: z.object({ login: z.string() }),
    default_branch: z.string(),
  }),
  sender: Account,
});

/** The repository that an event is about. */
export function repositoryOf(origin: z.infer<typeof Origin>): Repository {
  const { id, name, owner } = origin.repository;
  return { installation: origin.installation.id, id, owner: owner.login, name };
}

/** Who caused an event. */
export function actorOf(sender: z.infer<typeof Account>): Actor {
  return { login: sender.login, kind: sender.type === 'Bot' ? 'bot' : 'person' };
}

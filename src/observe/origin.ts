import { z } from 'zod';
import { type Actor, associations, type Repository } from '../intent.ts';

/** A full commit id. */
export const Sha = z.string().regex(/^[0-9a-f]{40}$/);

/** A GitHub account as payloads name it. */
export const Account = z.object({ login: z.string(), id: z.number().int().optional(), type: z.string().optional() });

/** How somebody stands to the repository; a word that GitHub adds one day is as good as none. */
export const Association = z.enum(associations).optional().catch(undefined);

/** What every event of a repository says: through which installation, about which repository, by whom. */
export const Origin = z.object({
  installation: z.object({ id: z.number().int() }),
  repository: z.object({
    id: z.number().int(),
    name: z.string(),
    owner: Account,
    default_branch: z.string(),
  }),
  sender: Account,
});

/** The repository that an event is about. */
export function repositoryOf(origin: z.infer<typeof Origin>): Repository {
  const { id, name, owner } = origin.repository;
  return { installation: origin.installation.id, id, owner: owner.login, name };
}

/** Who caused an event; `association` is what it says of this very account, if anything. */
export function actorOf(
  { sender, repository }: z.infer<typeof Origin>,
  app: { readonly slug: string },
  association?: z.infer<typeof Association>,
): Actor {
  const owner = repository.owner.type;
  return {
    ...accountActor(sender, app),
    ...(association === undefined ? {} : { association }),
    ...(owner === undefined ? {} : { ofOrganisation: owner === 'Organization' }),
  };
}

/** An account as somebody who acts: a person, a bot, or this App itself. */
export function accountActor({ login, id, type }: z.infer<typeof Account>, app: { readonly slug: string }): Actor {
  const kind = login === `${app.slug}[bot]` ? 'siskin' : type === 'Bot' ? 'bot' : 'person';
  return { login, kind, ...(id === undefined ? {} : { id }) };
}

import { z } from 'zod';
import type { Verb } from '../command/command.ts';
import { grammar, verbs } from '../command/grammar.ts';
import { type Grantee, granteeForms, granteeOf, granteePattern, granteeProblem } from './grantee.ts';
import { releaseKeys } from './release-policy.ts';
import { rolloutKeys } from './rollout-policy.ts';

const Grantees = z
  .array(
    z
      .string()
      .superRefine((text, context) => {
        if (granteeOf(text) === null) context.addIssue({ code: 'custom', message: granteeProblem(text) });
      })
      .meta({ pattern: granteePattern }),
  )
  .max(50)
  .describe('A list of those to whom it is given; an empty list gives it to nobody.');

/** Verbs that are about an environment. */
const environmentVerbs = verbs.filter((verb) =>
  ['environment', 'freeze-target', 'canary-action'].includes(grammar[verb].target ?? ''),
);

/** Who may use which verb. */
export const AccessPolicy = z
  .partialRecord(z.enum(verbs), Grantees)
  .describe(
    `Who may use a verb: any of ${granteeForms.map((form) => `\`${form}\``).join(', ')}. An empty list means nobody; a verb that is not listed keeps its default, which \`/help\` shows.`,
  );
export type AccessPolicy = z.infer<typeof AccessPolicy>;

/** The name of an environment, fit to be typed in a command. */
export const EnvironmentName = z
  .string()
  // `constructor` is the one name of this form that every JavaScript object already has.
  .regex(
    /^(?!(?:constructor|runs|all)$)[a-z0-9][a-z0-9-]{0,62}$/,
    'lower-case letters, digits and hyphens, at most 63, other than `runs` and `all`',
  );

/** Whether the author of a change may approve it. */
export const AuthorMayApprove = z
  .boolean()
  .default(false)
  .describe('Whether the author of a pull request, who may approve, may approve this one too.');

/** What holds for one environment. */
export const EnvironmentPolicy = z.strictObject({
  access: z
    .partialRecord(z.enum(environmentVerbs), Grantees)
    .default({})
    .describe('Who may use a verb about this environment; a verb that is not listed here is given as in `access`.'),
  'author-may-approve': AuthorMayApprove,
  ...rolloutKeys,
  ...releaseKeys,
});
export type EnvironmentPolicy = z.infer<typeof EnvironmentPolicy>;

/** The environments that models are released to, by name. */
export const EnvironmentsPolicy = z
  .record(EnvironmentName, EnvironmentPolicy)
  .refine((environments) => Object.keys(environments).length <= 50, {
    message: 'at most 50 environments; keep those that models are released to',
  });

/** What a policy says about rights. */
export interface AccessRules {
  readonly access: AccessPolicy;
  readonly environments: Readonly<Record<string, EnvironmentPolicy>>;
  readonly 'author-may-approve': boolean;
}

/** To whom a verb is given: by the environment, else by the repository, else by the grammar's default. */
export function granteesOf(
  { verb, environment }: { readonly verb: Verb; readonly environment: string | null },
  rules: Pick<AccessRules, 'access' | 'environments'> | null,
): readonly Grantee[] {
  const own = environment === null ? undefined : entryOf(rules?.environments ?? {}, environment)?.access;
  const written = (own === undefined ? undefined : entryOf(own, verb)) ?? rules?.access[verb] ?? [grammar[verb].access];
  return written.flatMap((text) => granteeOf(text) ?? []);
}

/** Whether the policy lets authors approve, for an environment or, without one, for the repository. */
export function mayAuthorApprove(environment: string | null, rules: AccessRules | null): boolean {
  const own = environment === null ? undefined : entryOf(rules?.environments ?? {}, environment);
  return (own ?? rules)?.['author-may-approve'] ?? false;
}

/** A member of a mapping whose keys people chose; what every object inherits is none. */
function entryOf<T>(mapping: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(mapping, key) ? mapping[key] : undefined;
}

/** What a reason code means, for `/explain` and the docs. */
export interface Reason {
  /** One sentence: what was found. */
  readonly means: string;
  /** One sentence: what to do. */
  readonly fix: string;
}

/** Why commands are refused. A code without a meaning does not compile. */
export const refusals = {
  'unknown-command': {
    means: 'The line begins like a command of Siskin, but is none, or has a word that the command does not know.',
    fix: 'Type `/help` to see the commands.',
  },
  'not-permitted': {
    means: 'The policy does not give this command to the person who typed it.',
    fix: 'Ask somebody who may; `/help` says who that is.',
  },
  unverified: {
    means: 'GitHub did not tell whether the person has the right that the command needs, and a doubt is not a right.',
    fix: 'Type it again in a minute; if it stays so, `/doctor` says which permission the App lacks.',
  },
  'head-moved': {
    means:
      'The pull request was pushed to at about the time of the command or later, so the person may have seen another commit.',
    fix: 'Look at the newest commit, then name it: add `@` and its first seven digits to the command.',
  },
  'sha-missing': {
    means: 'The command trusts a commit, so it must name it.',
    fix: 'Read the change, then add `@` and the first seven digits of its newest commit.',
  },
  'no-policy': {
    means: 'The base branch has no policy, or one that cannot be used.',
    fix: 'Add or mend `.github/siskin.yml` on the base branch.',
  },
  'unknown-model': {
    means: 'The policy of the base branch has no model of this name.',
    fix: 'Type `/config` to see its models.',
  },
  'unknown-environment': {
    means: 'The policy of the base branch has no environment of this name.',
    fix: 'Type `/config` to see its environments.',
  },
  'unknown-metric': {
    means: 'The policy of the base branch has no gate on this metric.',
    fix: 'Type `/config` to see its gates.',
  },
  'target-missing': {
    means: 'The command needs to be told what it is about; it never takes a default.',
    fix: 'Name one of the choices that the answer lists.',
  },
  'reason-missing': {
    means: 'The command changes what others rely on, so it must say why.',
    fix: 'Add `--reason "…"`.',
  },
  'term-missing': {
    means: 'What is frozen or held must end by itself.',
    fix: 'Add `--for 2h` or `--until 2026-03-01T18:00Z`.',
  },
  closed: { means: 'The pull request is not open.', fix: 'Reopen it, then type the command again.' },
  fork: {
    means:
      'The pull request comes from a fork, whose code runs only after somebody with the right approved this very commit.',
    fix: 'Read the change, then type `/approve-run @` and the first seven digits of its newest commit.',
  },
  locked: {
    means: 'Another pull request holds this environment for this model.',
    fix: 'Wait for its end, or ask its holder to type `/unlock`.',
  },
  frozen: {
    means: 'Somebody stopped this until a time.',
    fix: 'Wait for its end; `/locks` says who stopped it, why and until when.',
  },
  'over-budget': {
    means: 'The run would take more than what is left of a budget of the policy.',
    fix: 'Wait for the next day or month, or have it approved with `/approve-budget`.',
  },
  'own-approval': {
    means: 'The policy does not let the author of a change approve it.',
    fix: 'Ask somebody else who may.',
  },
  'nothing-to-do': {
    means: 'There is nothing here that the command could act on.',
    fix: 'Type `/status` to see where things stand.',
  },
} as const satisfies Readonly<Record<string, Reason>>;

/** A stable code of a refusal. */
export type RefusalCode = keyof typeof refusals;

import { z } from 'zod';

/** What a finding of a rule does: it fails the check, is only shown, or is not looked for. Strictest first. */
export const hygieneLevels = ['fail', 'warn', 'off'] as const;
const level = z.enum(hygieneLevels);

/** How much each rule about what a pull request commits matters here. */
export const HygienePolicy = z.strictObject({
  secret: level.default('fail').describe('A key, token or private key in a line that the pull request adds.'),
  'large-binary': level
    .default('fail')
    .describe('A binary or a table of more than 1 MB in git itself, where a DVC or Git LFS pointer belongs.'),
  'gate-loosened': level.default('warn').describe('An edit of this policy that makes a check easier to pass.'),
  'holdout-changed': level
    .default('warn')
    .describe('A change of the rows that champion and candidate are compared on.'),
  'data-without-schema': level
    .default('warn')
    .describe('Data that changed while neither its schema nor a card that describes it did.'),
  'model-without-card': level
    .default('warn')
    .describe('A model file with neither a release manifest nor a card beside it.'),
  'unseeded-training': level.default('warn').describe('Training code that draws random numbers and sets no seed.'),
  'notebook-output': level.default('warn').describe('A notebook that is committed with the outputs of its cells.'),
  'unpinned-dependency': level
    .default('warn')
    .describe('A dependency of training code that is neither an exact version nor locked.'),
});
export type HygienePolicy = z.infer<typeof HygienePolicy>;

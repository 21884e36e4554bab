import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { grammar, verbs } from '../../src/command/grammar.ts';
import { commandsIn } from '../../src/command/parse.ts';
import { printable } from '../../src/command/printable.ts';
import { renderCommand } from '../../src/command/render.ts';
import { requestFrom } from '../../src/command/request.ts';

const name = fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,62}$/).filter((one) => one !== 'constructor');
const term = fc.oneof(
  fc
    .tuple(fc.integer({ min: 1, max: 9999 }), fc.constantFrom(1, 60, 1440))
    .map(([count, unit]) => ({ minutes: count * unit })),
  fc
    .date({ min: new Date('2000-01-01T00:00:00Z'), max: new Date('2999-01-01T00:00:00Z'), noInvalidDate: true })
    .map((at) => ({ until: at.toISOString() })),
);
const reason = fc
  .oneof(
    fc.string({ unit: 'binary', maxLength: 300 }),
    fc
      .array(fc.constantFrom('"', '“', '”', "'", '’', '\\', ' ', '.', 'a', '—', '=', '@', '/'))
      .map((all) => all.join('')),
  )
  .map((text) => printable(text.replaceAll(/\s/g, ' '), 200).trim())
  .filter((text) => /[\p{L}\p{N}]/u.test(text));
const version = fc.tuple(fc.nat(99), fc.nat(99), fc.nat(99)).map((parts) => parts.join('.'));
/** What may stand as the target of a verb. */
const targets = {
  version,
  'canary-action': fc.oneof(fc.constantFrom('status', 'pause', 'abort'), fc.nat(100).map(String)),
} as const;
const words = fc.record({
  named: fc.option(name),
  version: fc.option(targets.version),
  action: fc.option(targets['canary-action']),
  environment: fc.option(name),
  step: fc.option(fc.constantFrom('1', '2', '12.3')),
  to: fc.option(version),
  model: fc.option(name),
  reason: fc.option(reason),
  term: fc.option(term),
  organisation: fc.boolean(),
  seed: fc.option(fc.integer({ min: 0, max: 999_999_999 })),
  sha: fc.option(fc.stringMatching(/^[0-9a-f]{7,40}$/)),
  dryRun: fc.boolean(),
});

describe('a command that is written down', () => {
  it('is read again as the same command, whatever it says', () => {
    fc.assert(
      fc.property(fc.constantFrom(...verbs), words, (verb, { named, version, action, ...others }) => {
        const kind = grammar[verb].target;
        const said = { ...others, target: kind === 'version' ? version : kind === 'canary-action' ? action : named };
        const sha = grammar[verb].takes.includes('sha') ? said.sha : null;
        const dryRun = grammar[verb].changes && said.dryRun;
        const command = { ...requestFrom(verb, said), sha, dryRun };

        const [read, ...more] = commandsIn(renderCommand(command));

        expect(more).toEqual([]);
        expect(read).toEqual({ ...command, line: read?.line });
      }),
      { numRuns: 500 },
    );
  });

  it('reads as a person would type it', () => {
    const lock = {
      verb: 'lock',
      environment: 'staging',
      model: null,
      reason: 'a "big" one',
      term: { minutes: 120 },
    } as const;

    expect(renderCommand(lock)).toBe('/lock staging --for 2h --reason "a \\"big\\" one"');
    expect(renderCommand({ verb: 'train', model: 'late', seed: 7, sha: '1a2b3c4', dryRun: true })).toBe(
      '/train -m late seed=7 @1a2b3c4 --dry-run',
    );
  });
});

describe('the grammar', () => {
  it.each(verbs)('has an example of /%s that is one', (verb) => {
    const [command] = commandsIn(`/${grammar[verb].example.replace('<model>', 'late')}`);

    expect(command).toMatchObject({ verb });
  });
});

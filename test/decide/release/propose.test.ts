import { describe, expect, it } from 'vitest';
import { proposeRelease } from '../../../src/decide/release/propose.ts';
import type { Plan } from '../../../src/effect.ts';
import type { ProposalFacts } from '../../../src/facts/proposal-facts.ts';
import type { ManifestAt } from '../../../src/facts/release-facts.ts';
import type { ReleaseProposal } from '../../../src/ports/release-writer.ts';
import { parseManifest } from '../../../src/registry/manifest.ts';
import type { ReleaseRequest, StoredOutcome } from '../../../src/registry/release-request.ts';
import type { ReleaseWish } from '../../../src/registry/release-wish.ts';
import type { TrainingReport } from '../../../src/training-report.ts';
import { outline, repository } from '../../world.ts';
import { aManifest, aPolicy, aSubject, at, commit, digest, entry, invalid } from './release-builder.ts';

const request: ReleaseRequest = {
  ...{ id: 'comment-9', model: 'late', version: '1.4.0', versionBy: 'next', part: 'patch', claim: 'claim', commit },
  ...{ source: { kind: 'run', runId: 700, artifact: 'siskin-model-late' }, digest: digest('a'), bytes: 10 },
  ...{ format: 'onnx', number: 5, by: 'ada' },
};
const stored: StoredOutcome = { kind: 'stored', artifact: aManifest().artifact };
const wish: ReleaseWish = { kind: 'release', request, stored };

function plan(wished: ReleaseWish, changes: Partial<ProposalFacts> = {}): Plan {
  const facts: ProposalFacts = {
    branch: { name: 'main', sha: 'f'.repeat(40) },
    policy: aPolicy(),
    manifest: { kind: 'absent' },
    card: null,
    proposed: null,
    run: aSubject().run,
    examination: null,
    now: '2026-05-02T10:00:00.000Z',
    ...changes,
  };
  return proposeRelease({ kind: 'propose-release', repository, wish: wished }, facts);
}

function proposal(made: Plan): ReleaseProposal {
  const effect = made.effects.find(({ kind }) => kind === 'propose-release');
  if (effect?.kind !== 'propose-release') throw new Error(`expected a proposal, found ${outline(made).join()}`);
  return effect.proposal;
}

/** What the proposed manifest says, by environment. */
function served(made: Plan): Readonly<Record<string, string>> {
  const text = proposal(made).files['models/late/release.yml'] ?? '';
  const parsed = parseManifest(text, 'models/late/release.yml');
  if (parsed.kind === 'invalid') throw new Error(text);
  return Object.fromEntries(Object.entries(parsed.value.environments).map(([name, one]) => [name, one.version]));
}

describe('a release pull request', () => {
  it('sets the first environment, and brings manifest and card', () => {
    const made = plan(wish, {
      manifest: at('1.3.0', 'f', { staging: entry('1.3.0', 'f'), production: entry('1.2.0', 'e') }),
    });

    expect(outline(made)).toEqual([
      'propose Release late 1.4.0 to staging: models/late/release.yml, models/late/MODEL_CARD.md',
    ]);
    expect(served(made)).toEqual({ staging: '1.4.0', production: '1.2.0' });
    expect(proposal(made)).toMatchObject({
      base: { ref: 'main', sha: 'f'.repeat(40) },
      cause: 'asked',
      digest: digest('a'),
    });
  });

  it('is the same when it is made once more', () => {
    expect(plan(wish)).toEqual(plan(wish));
  });

  it('brings the card up to the version, and leaves what people wrote in it', () => {
    const head = '---\nlicense: mit # asked legal\n---\n# Late flights\n\nNot for night flights.\n';
    const card = proposal(plan(wish, { card: head })).files['models/late/MODEL_CARD.md'] ?? '';

    expect(card).toMatch(/^---\nlicense: mit # asked legal\n/);
    expect(card).toContain('# Late flights\n\nNot for night flights.\n\n<!-- siskin:release -->\n## Release 1.4.0\n');
    expect(card).toContain('pipeline_tag: tabular-classification');
  });

  it('has the card of what is proposed also where a promotion joins it or it is made anew', () => {
    const base = at('1.4.0', 'a', { staging: entry('1.4.0', 'a') });
    const proposed = { base, head: at('1.5.0', 'b', { staging: entry('1.5.0', 'b') }) };
    const promote = { kind: 'promote', model: 'late', environment: 'production', version: null } as const;
    const cards = [
      plan({ ...promote, id: 'c', number: 7, by: 'ada' }, { manifest: base, proposed }),
      plan({ kind: 'renew', id: 'head', model: 'late' }, { manifest: base, proposed }),
    ].map((made) => proposal(made).files['models/late/MODEL_CARD.md']);

    expect(cards).toEqual([expect.stringContaining('## Release 1.5.0'), expect.stringContaining('## Release 1.5.0')]);
  });

  it('leaves a card alone that it cannot read', () => {
    const { files } = proposal(plan(wish, { card: '---\nlicense: [mit\n---\n' }));

    expect(Object.keys(files)).toEqual(['models/late/release.yml']);
  });

  it('of a model without environments is only registered', () => {
    const made = plan(wish, { policy: aPolicy('{}') });

    expect(served(made)).toEqual({});
    expect(proposal(made).title).toBe('Release late 1.4.0');
  });

  it('moves on to the next version when another release took it meanwhile, unless a person named it', () => {
    const manifest = at('1.4.0', 'f');
    const named = { ...wish, request: { ...request, versionBy: 'person' as const } };

    expect(outline(plan(wish, { manifest }))).toEqual(['store late 1.4.1']);
    expect(outline(plan(named, { manifest }))).toEqual([
      expect.stringContaining(
        'reply > 📦 Not released: expected a version above `1.4.0`, which was released meanwhile',
      ),
    ]);
  });

  it('of bytes that are released already is none', () => {
    expect(plan(wish, { manifest: at('1.4.0', 'a') })).toEqual({ changes: [], effects: [] });
  });

  it.each<[string, ReleaseWish, Partial<ProposalFacts>, string]>([
    [
      'whose bytes could not be stored',
      { ...wish, stored: { kind: 'refused', message: 'expected x, found y; do z' } },
      {},
      'expected x, found y; do z',
    ],
    ['whose run is not known any more', wish, { run: null }, 'have it judged again with `/evaluate -m late`'],
    [
      'of a model that left the policy',
      { ...wish, request: { ...request, model: 'early' } },
      {},
      'found `early` on the default branch no more',
    ],
    ['without a policy', wish, { policy: 'absent' }, 'expected a policy on the default branch'],
  ])('%s says so where it was asked for', (_, wished, changes, words) => {
    const [effect] = plan(wished, changes).effects;

    expect(effect).toMatchObject({ kind: 'reply', number: 5, body: expect.stringContaining(words) });
  });

  it('that cannot be made by itself says so on the commit', () => {
    const refused = {
      ...wish,
      request: { ...request, number: null, by: 'siskin' },
      stored: { kind: 'refused', message: 'expected x' },
    } as const;
    const [effect] = plan(refused).effects;

    expect(effect).toMatchObject({
      kind: 'publish-check',
      head: commit,
      check: { name: 'siskin / release late', conclusion: 'failure' },
    });
  });

  it('on a manifest that nobody can read touches nothing', () => {
    const manifest = { ...invalid('format: 1\nmodel: [late\n') } as ManifestAt;

    expect(outline(plan(wish, { manifest }))[0]).toMatch(
      /^reply > 📦 Not released: expected a manifest that can be edited, found/,
    );
  });
});

describe('a promotion', () => {
  const promote = {
    kind: 'promote',
    id: 'c',
    model: 'late',
    environment: 'production',
    version: null,
    number: 7,
    by: 'ada',
  } as const;

  it('brings what serves in the environment before into the next', () => {
    const made = plan(promote, { manifest: at('1.5.0', 'b', { staging: entry('1.4.0', 'a') }) });

    expect(served(made)).toEqual({ staging: '1.4.0', production: '1.4.0' });
    expect(proposal(made).title).toBe('Promote late 1.4.0 to production');
  });

  it('keeps what the open release pull request proposes already', () => {
    const base = at('1.4.0', 'a', { staging: entry('1.4.0', 'a') });
    const head = at('1.5.0', 'b', { staging: entry('1.5.0', 'b') });
    const made = plan(promote, { manifest: base, proposed: { head, base } });

    expect(served(made)).toEqual({ staging: '1.5.0', production: '1.4.0' });
    expect(proposal(made).title).toBe('Release late 1.5.0 to production, staging');
  });

  it('of nothing is refused', () => {
    const [effect] = plan(promote, { manifest: at('1.4.0', 'a') }).effects;

    expect(effect).toMatchObject({
      kind: 'reply',
      number: 7,
      body: expect.stringContaining('what serves in `staging`'),
    });
  });
});

describe('a proposal that is made anew', () => {
  const renew = { kind: 'renew', id: 'head', model: 'late' } as const;

  it('says the same on what the default branch says by now', () => {
    const base = at('1.4.0', 'a', { staging: entry('1.4.0', 'a') });
    const head = at('1.5.0', 'b', { staging: entry('1.5.0', 'b') });
    const manifest = at('1.4.0', 'a', { staging: entry('1.4.0', 'a'), production: entry('1.4.0', 'a') });
    const made = plan(renew, { manifest, proposed: { head, base } });

    expect(served(made)).toEqual({ staging: '1.5.0', production: '1.4.0' });
    expect(proposal(made).cause).toBe('renewed');
  });

  it('is none when its version was released meanwhile', () => {
    const base = at('1.4.0', 'a');
    const head = at('1.5.0', 'b');

    expect(plan(renew, { manifest: at('1.5.0', 'c'), proposed: { head, base } })).toEqual({ changes: [], effects: [] });
  });
});

describe('what the pull request says', () => {
  it('is where it goes, how, and what it was made from', () => {
    const environments = `{ staging: { serving: { connection: here }, metrics: { errors: { kind: error-rate, source: here, query: { events: a, requests: b } } } } }`;
    const metrics = { errors: { kind: 'events', rate: 0.01, dispersion: 1 } } as const;
    const found = { capability: null, problems: [], metrics: {}, traffic: { requestsPerMinute: 3000, metrics } };
    const made = plan(wish, {
      policy: aPolicy(environments),
      manifest: at('1.3.0', 'f', { staging: entry('1.3.0', 'f') }),
      examination: { environment: 'staging', found },
    });

    expect(proposal(made).body).toMatchInlineSnapshot(`
      "Releases \`late\` \`1.4.0\`, after \`1.3.0\`. ada asked for it in #5.

      - \`staging\`: from \`1.3.0\` to \`1.4.0\`

      ### Measured

      | On the holdout | 1.3.0 | now |
      | --- | ---: | ---: |
      | \`roc-auc\` | – | 0.740 |

      ### Rollout to \`staging\`

      With the traffic of the last hour, 3000 requests a minute:

      | Step | Traffic | Needs | Requests of the candidate | Time | A model twice as bad is found after |
      | --- | ---: | --- | ---: | ---: | ---: |
      | 1 | 5.00 % | no sign of harm | 1500 | 10:00 | 8:29 |
      | 2 | 25.0 % | no sign of harm | 7500 | 10:00 | 2:16 |
      | 3 | 50.0 % | proof of no harm beyond the margin (\`errors\` takes longest) | 24 116 | 16:05 | 1:48 |

      About 46:05 to the decision, after looking at 30:00 of the champion’s past.

      - \`errors\`: error-rate, guardrail, margin 1.25

      <details><summary>What it was made from</summary>

      - commit \`ccccccc\` of #5
      - run \`700\`
      - \`onnx\`, 10 B, \`sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\`
      - kept at \`https://store.test/a\`

      </details>

      Merging this is the deployment; closing it releases nothing. Whatever is wrong here, correct it on this branch: Siskin then leaves the branch to you.

      <!-- siskin:release sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa -->"
    `);
  });

  it('lets nothing that a training reports become markup', () => {
    const { run } = aSubject();
    const result = run?.results['late'];
    if (run === null || result === undefined) throw new Error('expected a result');
    const training: TrainingReport = {
      ...{ schema: 'siskin.training/v1', claim: 'claim', model: 'late', head: commit, trainingKey: null, command: '' },
      ...{ outcome: 'succeeded', exitCode: 0, signal: null, seconds: 1, peakMemoryBytes: null, gpu: null, seed: 1 },
      parameters: { x: '<img src=x> @ada [a](http://b.example) `', 'a b\n# c': 1, __proto__: 2 },
      environment: { python: '3.12\n# heading' },
      ...{ files: [], logBytes: 0, logTail: [] },
    };
    const made = plan(wish, { run: { ...run, results: { late: { ...result, training } } } });

    const { body, files } = proposal(made);
    expect(body).toContain('`x` `` <img src=x> @ada [a](http://b.example) ` ``');
    expect(body).not.toMatch(/^# /m);
    expect(parseManifest(files['models/late/release.yml'] ?? '', 'models/late/release.yml').kind).toBe('valid');
  });
});

import { describe, expect, it } from 'vitest';
import { rolloutView } from '../../src/decide/show-rollout.ts';
import type { RolloutFacts } from '../../src/facts/rollout-facts.ts';
import { renderRollout } from '../../src/render/rollout.ts';
import type { RolloutState } from '../../src/rollout/rollout-record.ts';
import { evidence, minute, shown } from '../decide/rollout/shown.ts';

const text = (facts: RolloutFacts): string =>
  renderRollout(rolloutView(facts)).replaceAll('\u00A0', ' ').replaceAll('\u202F', ' ');
const observing: RolloutState = { kind: 'step', phase: 'observing', step: 0, attempt: 1, since: minute(0) };

describe('the comment of a rollout', () => {
  it('says where it stands, how near a decision is, and what comes next', () => {
    const facts = shown(observing, { evidence: evidence(6, 1), record: { weight: 5 }, now: minute(6) });

    expect(text(facts)).toMatchInlineSnapshot(`
      "### 🔵 \`late\` \`v2\` → \`production\`: 5 % — no harm seen, about to be decided

      | metric | \`v1\` | \`v2\` | difference (holds at any time) | harm | not worse |
      | --- | ---: | ---: | ---: | --- | --- |
      | \`errors\` | 0.97 % ▆▆▇▆▆▆ | 1 % ▅█▅█▅█ | × 1.03 (0.36 … 2.31) | E 0.6 of 100 ▱▱▱▱▱▱▱▱▱▱ | E 0.9 of 20 ▱▱▱▱▱▱▱▱▱▱ |

      **5 % · 6:00 so far** → 25 % → 50 % → 100 % · split seen 5 % · 900 requests on \`v2\`

      Step 1 of 3 needs no harm: any minute now. Otherwise, undecided after 60 minutes, a person decides.

      **Next** \`/canary pause -e production\` · \`/canary advance -e production\` · \`/rollback production\`

      <sub>Rollout \`ro-c40e9284b7423d5ef21828be\` · asked for by ada · updated 12:06 UTC</sub>"
    `);
  });

  it('says after harm what serves, that git agrees, and how to check the verdict', () => {
    const cause = { kind: 'harm', sentence: 'errors 5.1 × those of v1.', by: null } as const;
    const facts = shown(
      { kind: 'rolled-back', cause, at: minute(3) },
      {
        evidence: evidence(3, 8),
        record: { zeroAfterMs: 3100 },
        traces: { revert: 214, 'revert-state': 'merged', issue: 215, evidence: 'abc1234' },
      },
    );

    expect(text(facts)).toMatchInlineSnapshot(`
      "### 🔴 \`late\` \`v2\` → \`production\`: rolled back after 3:00: errors 5.1 × those of v1

      Zero traffic verified 3.1 s after the verdict. \`production\` serves version \`v1\`. Git agrees through #214 (revert). The digest of \`v2\` is rejected for \`production\`. What was seen is in #215.

      | metric | \`v1\` | \`v2\` | difference (holds at any time) | harm | not worse |
      | --- | ---: | ---: | ---: | --- | --- |
      | \`errors\` | 0.98 % ▂▂▂ | 5.6 % ▇█▇ | × 5.65 (1.97 … 13.74) | 🔴 harm | E 0.1 of 20 ▱▱▱▱▱▱▱▱▱▱ |

      **Next** \`/explain harm\`

      <details><summary>Evidence: 33 intervals — the same verdict on your machine</summary>

      \`\`\`sh
      git fetch origin siskin/evidence
      git show abc1234:late/production/ro-c40e9284b7423d5ef21828be/evidence.jsonl > evidence.jsonl
      git show abc1234:late/production/ro-c40e9284b7423d5ef21828be/policy.yml > policy.yml
      siskin replay --policy policy.yml evidence.jsonl
      \`\`\`

      </details>

      <sub>Rollout \`ro-c40e9284b7423d5ef21828be\` · asked for by ada · updated 12:10 UTC</sub>"
    `);
  });

  it.each([
    ['auto-merge', 'merges by itself'],
    ['needs-person', '**Merge #214**'],
    ['closed', 'closed without being merged'],
    ['not-needed', 'Git says so already'],
  ] as const)('says of a revert that is %s: %s', (state, words) => {
    const cause = { kind: 'harm', sentence: 'errors.', by: null } as const;

    expect(
      text(shown({ kind: 'rolled-back', cause, at: minute(3) }, { traces: { revert: 214, 'revert-state': state } })),
    ).toContain(words);
  });

  it('lets no text from outside become markup', () => {
    const evil = '<img src=x> @everyone [a](https://evil.example) | `x` ';
    const cause = { kind: 'alert', sentence: `The alert ${evil} fired.`, by: 'x' } as const;
    const states: readonly RolloutState[] = [
      { kind: 'waiting', reason: evil },
      { kind: 'rolled-back', cause, at: minute(3) },
      { kind: 'rolling-back', cause, since: minute(3) },
      { kind: 'failed', reason: evil, at: minute(3) },
      { ...observing, phase: 'paused', reason: evil },
    ];

    for (const state of states) {
      const comment = renderRollout(rolloutView(shown(state, { record: { by: evil } })));
      expect(comment).not.toMatch(/<img|(?<!\u200B)@everyone|(?<!\\)\]\(https:\/\/evil/);
    }
  });

  it('has a word for every state', () => {
    const since = minute(1);
    const cause = { kind: 'command', sentence: 'ada.', by: 'ada' } as const;
    const states: readonly RolloutState[] = [
      { kind: 'requested' },
      { kind: 'waiting', reason: 'a freeze.' },
      { kind: 'validating' },
      { kind: 'preparing' },
      { kind: 'shadowing', since },
      observing,
      { ...observing, phase: 'paused' },
      { ...observing, phase: 'settling' },
      { kind: 'promoting' },
      { kind: 'baking', since },
      { kind: 'held', reason: 'sample-ratio', step: 1, attempt: 1, since },
      { kind: 'rolling-back', cause, since },
      { kind: 'succeeded', at: since },
      { kind: 'rolled-back', cause, at: since },
      { kind: 'superseded', by: 'ro-2', at: since },
      { kind: 'failed', reason: 'No.', at: since },
    ];

    expect(states.map((state) => text(shown(state)).split('\n')[0])).toMatchInlineSnapshot(`
      [
        "### ⚪ \`late\` \`v2\` → \`production\`: about to begin",
        "### ⚪ \`late\` \`v2\` → \`production\`: waits",
        "### 🔵 \`late\` \`v2\` → \`production\`: asks whether the platform can do it",
        "### 🔵 \`late\` \`v2\` → \`production\`: loads, without traffic",
        "### 🔵 \`late\` \`v2\` → \`production\`: gets copies of requests, and answers nobody",
        "### 🔵 \`late\` \`v2\` → \`production\`: 0 % — nothing measured yet",
        "### 🟡 \`late\` \`v2\` → \`production\`: 0 %, paused",
        "### 🔵 \`late\` \`v2\` → \`production\`: 0 %, on its way to the next step",
        "### 🔵 \`late\` \`v2\` → \`production\`: all steps passed, becomes the champion",
        "### 🔵 \`late\` \`v2\` → \`production\`: 100 %, watched for a while — nothing measured yet",
        "### 🟡 \`late\` \`v2\` → \`production\`: held at 0 % — a person decides",
        "### 🔴 \`late\` \`v2\` → \`production\`: rolling back — ada",
        "### 🟢 \`late\` \`v2\` → \`production\`: serves, after 1:00",
        "### 🔴 \`late\` \`v2\` → \`production\`: rolled back after 1:00: ada",
        "### ⚪ \`late\` \`v2\` → \`production\`: superseded by a newer release",
        "### 🔴 \`late\` \`v2\` → \`production\`: failed, a person has to look",
      ]
    `);
  });

  it('says that a job on a runner has yet to take traffic back, and claims nothing before', () => {
    const cause = { kind: 'harm', sentence: 'errors 5.1 × those of v1.', by: null } as const;
    const { policy } = shown(observing).rollout;
    const record = { weight: 25, policy: { ...policy, executor: 'runner' }, changedAt: minute(3) } as const;
    const back = text(shown({ kind: 'rolling-back', cause, since: minute(3) }, { record }));
    const app = text(shown({ kind: 'rolling-back', cause, since: minute(3) }, { record: { weight: 25 } }));

    expect(back).toContain(
      '**A job on a runner has to take the traffic back**; it was asked for at 12:03 UTC. Until it says that it did, the candidate may still get the 25 % that it was last seen to get.',
    );
    expect(app).not.toContain('runner');
    expect(text(shown({ kind: 'preparing' }, { record }))).toContain(
      'A job on a runner does that; it was asked for at 12:03 UTC.',
    );
    expect(text(shown(observing, { record }))).not.toContain('runner');
  });
});

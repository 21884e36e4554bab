import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { deliveryFinding } from '../../../src/decide/doctor/delivery-finding.ts';
import type { Finding } from '../../../src/decide/doctor/finding.ts';
import { eventNeeds, installationFindings, permissionNeeds } from '../../../src/decide/doctor/installation-findings.ts';
import { protectionFindings } from '../../../src/decide/doctor/protection-findings.ts';
import { runnerFindings } from '../../../src/decide/doctor/runner-findings.ts';
import { workflowFindings } from '../../../src/decide/doctor/workflow-findings.ts';
import { dataStorages, readWorkflowTemplate, workflowFor } from '../../../src/onboard/workflow-template.ts';
import { parsePolicy } from '../../../src/policy/parse.ts';
import type { Installation } from '../../../src/ports.ts';
import { renderFindings } from '../../../src/render/doctor.ts';
import { policyText } from '../../world.ts';

const root = join(import.meta.dirname, '../../..');
const manifest = parse(readFileSync(join(root, 'app.yml'), 'utf8'));
const template = readWorkflowTemplate();
const doubt = { kind: 'unknown', why: 'GitHub did not answer' } as const;

function words(findings: readonly Finding[]): readonly string[] {
  return findings.map(({ state, found }) => `${state}: ${found}`);
}

describe('the workflow', () => {
  const look = (text: string | null) => words(workflowFindings({ path: 'w.yml', text, template }));

  it.each(dataStorages)('is well as it is shipped: %j', (storage) => {
    expect(look(workflowFor(template, storage))).toEqual(['ok: `w.yml`, as this version ships it']);
  });

  it.each([
    ['is missing', () => null, 'problem: no `w.yml`'],
    ['is no mapping', () => '- a', 'problem: `w.yml` is no YAML mapping'],
    ['is broken', () => 'a: [', 'problem: `w.yml` is no YAML mapping'],
    ['was edited harmlessly', (text: string) => `# ours\n${text}`, 'ok: `w.yml`, edited'],
    [
      'cannot be dispatched',
      (text: string) => text.replace('workflow_dispatch', 'push'),
      'problem: `w.yml` cannot be dispatched with the input `plan`',
    ],
    [
      'hides the claim',
      (text: string) => text.replace(/^run-name: .*$/m, 'run-name: siskin'),
      'problem: the `run-name` of `w.yml` does not hold the claim',
    ],
    ['lacks a job', (text: string) => text.replace('  train:\n', '  fit:\n'), 'problem: `w.yml` has no job `train`'],
    [
      'lets the training prove results',
      (text: string) => text.replace('contents: read\n    steps', 'contents: read\n      id-token: write\n    steps'),
      'problem: the permission `id-token: write` is given to `train`, which could prove a result that nothing measured',
    ],
    [
      'gives all to every job',
      (text: string) =>
        text
          .replace('permissions: {}', 'permissions: write-all')
          .replace(/ {4}permissions:\n {6}contents: read\n {4}steps/, '    steps'),
      'problem: the permission `id-token: write` is given to `train`, which could prove a result that nothing measured',
    ],
    [
      'cannot prove a result',
      (text: string) => text.replace(/ +id-token: write.*\n/, ''),
      'problem: the job `evaluate` lacks `id-token: write`, so no result of it counts',
    ],
    [
      'uses another version',
      (text: string) => text.replaceAll('@v0', '@v9'),
      'problem: it uses our actions at `v9`, this version ships `v0`',
    ],
    [
      'is pinned to a commit',
      (text: string) => text.replaceAll('@v0', `@${'a'.repeat(40)}`),
      `unverified: it uses our actions at \`${'a'.repeat(40)}\`, this version ships \`v0\``,
    ],
  ])('%s', (_, edit, expected) => {
    expect(look(edit(template))).toEqual([expected]);
  });
});

describe('the installation', () => {
  const granted = manifest.default_permissions as Record<string, string>;
  const whole: Installation = {
    app: { id: 7, slug: 'siskin' },
    asked: granted,
    granted,
    events: manifest.default_events,
    url: 'https://github.test/settings/installations/5',
    isSuspended: false,
    ofOrganisation: true,
  };
  const look = (changes: Partial<Installation>) =>
    installationFindings({ kind: 'known', value: { ...whole, ...changes } }).filter(({ state }) => state !== 'ok');

  it('is held against the manifest, word by word', () => {
    expect(Object.fromEntries(Object.entries(permissionNeeds).map(([name, { level }]) => [name, level]))).toEqual(
      granted,
    );
    expect(Object.keys(eventNeeds)).toEqual(manifest.default_events);
    expect(look({})).toEqual([]);
  });

  it('tells each lack with what it breaks, and where it is granted', () => {
    expect(look({ granted: { ...granted, checks: 'read' }, events: ['push'] })).toMatchObject([
      {
        state: 'problem',
        found: '`checks: write` is not granted (found read): checks cannot be written',
        fix: 'let an owner accept it',
        url: whole.url,
      },
      ...Object.keys(eventNeeds)
        .filter((name) => name !== 'push')
        .map((name) => ({ what: 'events', found: expect.stringContaining(`\`${name}\` is not sent`) })),
    ]);
    const { actions: _, ...less } = granted;
    expect(look({ granted: less, asked: less })).toMatchObject([
      { fix: 'add it in the settings of the App `siskin`, then let an owner accept it' },
    ]);
  });

  it('needs no members of a person, and says that it is suspended or cannot be read', () => {
    const { members: _, ...alone } = granted;

    expect(look({ granted: alone, ofOrganisation: false })).toEqual([]);
    expect(look({ isSuspended: true })).toMatchObject([{ what: 'installation', state: 'problem' }]);
    expect(words(installationFindings(doubt))).toEqual(['unverified: could not verify: GitHub did not answer']);
  });
});

describe('required checks', () => {
  const app = { kind: 'known', value: { id: 7, slug: 'siskin' } } as const;
  const look = (required: readonly { readonly name: string; readonly appId: number | null }[]) =>
    words(
      protectionFindings({
        branch: 'main',
        names: ['siskin: late'],
        required: { kind: 'known', value: required },
        app,
      }),
    );

  it.each([
    ['none', [], 'problem: `main` does not require `siskin: late`: a missed gate stops no merge'],
    ['ours', [{ name: 'siskin: late', appId: 7 }], 'ok: `main` requires `siskin: late` from `siskin`'],
    [
      'from anybody',
      [{ name: 'siskin: late', appId: null }],
      'problem: `main` takes `siskin: late` from anybody: who may write statuses can forge it',
    ],
    ['from another', [{ name: 'siskin: late', appId: 8 }], 'problem: `main` takes `siskin: late` from another App'],
    [
      'ours beside a looser rule',
      [
        { name: 'siskin: late', appId: null },
        { name: 'siskin: late', appId: 7 },
      ],
      'ok: `main` requires `siskin: late` from `siskin`',
    ],
  ])('%s', (_, required, expected) => {
    expect(look(required)).toEqual([expected]);
  });

  it('that cannot be read are no proof of anything', () => {
    const options = { branch: 'main', names: ['siskin: late'], app: doubt };

    expect(words(protectionFindings({ ...options, required: doubt }))).toEqual([
      'unverified: could not verify what `main` requires: GitHub did not answer',
    ]);
    expect(
      words(
        protectionFindings({ ...options, required: { kind: 'known', value: [{ name: 'siskin: late', appId: 8 }] } }),
      ),
    ).toEqual(['unverified: could not verify from which App `main` takes `siskin: late`: GitHub did not answer']);
  });
});

describe('webhooks', () => {
  const now = '2026-03-02T12:00:00Z';
  const at = (hour: string, status: number) => ({
    event: 'push',
    at: `2026-03-02T${hour}:00:00Z`,
    status,
    isTaken: status === 202,
  });
  const look = (...deliveries: readonly ReturnType<typeof at>[]) =>
    deliveryFinding({ kind: 'known', value: deliveries }, now);

  it('that failed lately are counted, and a wrong secret is guessed', () => {
    expect(look(at('11', 202), at('10', 202))).toMatchObject({ state: 'ok', found: 'the last 2 arrived' });
    expect(look(at('11', 0), at('10', 202))).toMatchObject({
      state: 'problem',
      found: '1 of the last 2 failed, the newest `push` at 2026-03-02T11:00:00Z with no answer',
    });
    expect(look(at('11', 401)).fix).toContain('compare the webhook secret');
    expect(look({ ...at('11', 500), at: '2026-02-01T00:00:00Z' })).toMatchObject({ state: 'ok' });
    expect(deliveryFinding(doubt, now).state).toBe('unverified');
  });
});

describe('runners', () => {
  const parsed = parsePolicy({ text: policyText });
  const policy = parsed.kind === 'valid' ? parsed.policy : null;
  const job = (labels: readonly string[], startedAt: string | null, status = 'queued') => ({
    labels,
    startedAt,
    status,
  });
  const look = (...jobs: readonly ReturnType<typeof job>[]) =>
    policy === null
      ? []
      : words(runnerFindings(policy, { kind: 'known', value: jobs })).filter((one) => one.includes('gpu'));

  it('are known by the jobs that they took', () => {
    expect(look(job(['GPU'], '2026-03-02T11:00:00Z', 'completed'))).toEqual([
      'ok: [`gpu`] (trains `late`): took a job lately',
    ]);
    expect(look(job(['gpu'], null))).toEqual(['problem: [`gpu`] (trains `late`): a job waits for one']);
    expect(look(job(['gpu'], null, 'completed'))).toEqual(['problem: [`gpu`] (trains `late`): none took the last job']);
    expect(look(job(['gpu', 'big'], '2026-03-02T11:00:00Z'))).toEqual([
      'unverified: [`gpu`] (trains `late`): no recent job asked for them',
    ]);
  });

  it('of GitHub need no look', () => {
    expect(policy === null ? [] : words(runnerFindings(policy, doubt))).toContain(
      "ok: [`ubuntu-latest`] (evaluations, forks): GitHub's own",
    );
  });
});

describe('the answer', () => {
  it('begins with what must be mended, and lets nothing foreign break its table', () => {
    const findings: readonly Finding[] = [
      { what: 'policy', state: 'ok', found: 'valid', fix: '' },
      { what: 'x', state: 'problem', found: 'a | b\n<b>@octo/all</b>', fix: 'mend it', url: 'https://github.test/s' },
    ];

    expect(renderFindings(findings)).toMatchInlineSnapshot(`
      "**1 problem of 2 looks**

      |  | what | found | to do |
      | --- | --- | --- | --- |
      | 🔴 problem | x | a \\\\| b\\\\n&#60;b&#62;​@​octo/all&#60;/b&#62; | mend it ([open](https://github.test/s)) |
      | 🟢 ok | policy | valid | — |"
    `);
  });
});

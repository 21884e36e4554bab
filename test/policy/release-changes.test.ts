import { describe, expect, it } from 'vitest';
import { policyChanges } from '../../src/policy/compare.ts';
import { parsePolicy } from '../../src/policy/parse.ts';

const base = `version: 1
models:
  late: { task: binary, target: late, data: { train: a.csv, holdout: b.csv }, model: late.onnx, metrics: { roc-auc: { at-least: 0.5 } } }
`;

function parsed(release: string) {
  return parsePolicy({ text: release === '' ? base : `${base}release: ${release}\n` });
}

function changes(before: string, after: string): readonly string[] {
  const [old, now] = [parsed(before), parsed(after)];
  if (old.kind === 'invalid' || now.kind === 'invalid') throw new Error(JSON.stringify([old, now]));
  return policyChanges(old.policy, now.policy);
}

const waiver = "{ waivers: [{ format: pickle, reason: 'scikit-learn, loaded in a sandbox' }] }";
const signed = (subject: string) =>
  `{ signature: { identities: [{ issuer: 'https://i.test', subject: ${subject} }] } }`;

describe('an edit of how versions are released', () => {
  it.each([
    [
      '{}',
      waiver,
      [
        'Releases files of the format `pickle`, which loading may let run code, because `scikit-learn, loaded in a sandbox` (loosened).',
      ],
    ],
    [waiver, '{}', ['No longer releases files of the format `pickle`, which loading may let run code.']],
    [signed('ada'), '{}', ['Asks for no signature of a release any more (loosened).']],
    [
      signed('ada'),
      signed('eve'),
      [
        'Takes signatures of releases by `eve` of `https://i.test` (loosened).',
        'Takes no signatures of releases by `ada` of `https://i.test` any more.',
      ],
    ],
    ['', '{}', ['Proposes releases by itself.']],
    ['{}', '{ store: models }', ['Changes `release.store` from the releases of the repository to `models`.']],
  ])('from %s to %s is told', (before, after, said) => {
    expect(changes(before, after)).toEqual(said);
  });

  it.each([
    "{ waivers: [{ format: pickle, reason: '' }] }",
    "{ waivers: [{ format: onnx, reason: 'because it is fine' }] }",
    "{ waivers: [{ format: pickle, reason: 'because it is fine' }, { format: pickle, reason: 'because it is fine' }] }",
  ])('refuses %s', (release) => {
    expect(parsed(release)).toMatchObject({
      kind: 'invalid',
      problems: [{ path: expect.stringContaining('release.waivers') }],
    });
  });
});

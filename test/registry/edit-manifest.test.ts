import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { reject, restore, setEnvironment, setRelease } from '../../src/registry/edit-manifest.ts';
import { parseManifest } from '../../src/registry/manifest.ts';
import { digest, handWritten, rejection } from './manifest-builder.ts';

const newer = { version: '1.4.0', digest: digest('a'), uri: 's3://models/fraud-1.4.0' };

describe('an edit of a manifest', () => {
  test('changes only the three values when an environment gets another version', () => {
    const edited = setEnvironment(handWritten, { model: 'fraud', environment: 'production', release: newer });

    expect(changes(handWritten, textOf(edited))).toEqual([
      ['    version: 1.3.0', '    version: 1.4.0'],
      [`    digest: ${digest('b')}`, `    digest: ${digest('a')}`],
      [
        '    uri: s3://models/fraud-1.3.0   # bucket of the old account',
        '    uri: s3://models/fraud-1.4.0   # bucket of the old account',
      ],
    ]);
  });

  test('stays on the line, with its quotes, when an environment is written on one line', () => {
    const release = { version: '1.3.0', digest: digest('b'), uri: 's3://models/fraud-1.3.0' };

    const edited = setEnvironment(handWritten, { model: 'fraud', environment: 'staging', release });

    expect(changes(handWritten, textOf(edited))).toEqual([
      [
        `  staging: {version: 1.4.0, digest: "${digest('a')}", uri: s3://models/fraud-1.4.0}`,
        `  staging: {version: 1.3.0, digest: "${digest('b')}", uri: s3://models/fraud-1.3.0}`,
      ],
    ]);
  });

  test('writes a rejection once, however often it is made', () => {
    const once = textOf(reject(handWritten, { model: 'fraud', rejection: rejection() }));
    const twice = textOf(reject(once, { model: 'fraud', rejection: rejection() }));

    expect(twice).toBe(once);
    expect(once.startsWith(handWritten)).toBe(true);
  });

  test('restores what served before and says why, in one go', () => {
    const served = textOf(setEnvironment(handWritten, { model: 'fraud', environment: 'production', release: newer }));
    const release = { version: '1.3.0', digest: digest('b'), uri: 's3://models/fraud-1.3.0' };

    const back = restore(served, { model: 'fraud', environment: 'production', release, rejection: rejection() });

    expect(textOf(back).startsWith(handWritten)).toBe(true);
    expect(back).toMatchObject({ manifest: { rejected: [rejection()], environments: { production: release } } });
  });

  test('leaves nothing of an environment that serves nothing any more', () => {
    const edited = setEnvironment(handWritten, { model: 'fraud', environment: 'staging', release: null });

    expect(textOf(edited)).toBe(handWritten.replace(/ {2}staging: .*\n/, ''));
  });

  test('keeps the line breaks of Windows, and a file that ends without one', () => {
    for (const text of [handWritten.replaceAll('\n', '\r\n'), handWritten.trimEnd()]) {
      const edited = textOf(reject(text, { model: 'fraud', rejection: rejection() }));

      expect(edited.startsWith(text)).toBe(true);
      expect(edited.replaceAll('\r\n', '').includes('\n')).toBe(!text.includes('\r\n'));
    }
  });

  test('is refused with the file’s own problems when the file cannot be read', () => {
    const edited = reject(handWritten.replace('format: 1\n', ''), { model: 'fraud', rejection: rejection() });

    expect(edited).toMatchObject({ kind: 'invalid', problems: [{ path: 'format', found: 'nothing' }] });
  });

  test('is refused when what is asked makes no manifest', () => {
    const release = { ...newer, digest: digest('f') };

    const edited = setEnvironment(handWritten, { model: 'fraud', environment: 'production', release });

    expect(edited).toMatchObject({ kind: 'invalid', problems: [{ path: 'environments.production.digest' }] });
  });
});

const hex = fc.constantFrom(...'0123456789abcdef').map(digest);
const version = fc.tuple(fc.nat(20), fc.nat(20), fc.nat(20)).map((parts) => parts.join('.'));
const environment = fc.constantFrom('dev', 'staging', 'production', 'eu-west-1', 'on', 'null', 'true');
const anyText = fc.oneof(
  fc.string({ minLength: 1, maxLength: 40, unit: 'grapheme' }),
  fc.constantFrom('yes', ' # no', 'a: b', "'", '"', '- x', '1.0', '{', 'null', 'line\nbreak', 'tab\t', '~', '&a'),
);
const release = fc.record({
  version,
  digest: hex,
  uri: fc.constantFrom('s3://a/b', "https://x/y?z=a'b", 'oci://r/m:1'),
});
const rejected = fc.record({ digest: hex, environment, reason: anyText, rollout: anyText }).map(rejection);
const scalar = fc.oneof(anyText, fc.double({ noNaN: true, noDefaultInfinity: true }), fc.boolean(), fc.constant(null));
const names = anyText.filter((name) => name !== '__proto__');
const whole = fc.record({
  model: fc.constant('fraud'),
  version,
  artifact: fc.record({
    uri: fc.constant('s3://a/b'),
    digest: hex,
    bytes: fc.nat(),
    format: fc.constantFrom('onnx', 'tfjs'),
  }),
  lineage: fc.record({
    commit: fc.constantFrom('1'.repeat(40), '0'.repeat(40), `1e${'1'.repeat(38)}`),
    data: fc.array(fc.record({ path: fc.constantFrom('a', 'b c', 'ü'), digest: hex }), { maxLength: 3 }),
    parameters: fc.dictionary(names, scalar, { maxKeys: 4 }),
    environment: fc.dictionary(names, anyText, { maxKeys: 3 }),
  }),
  metrics: fc.dictionary(
    fc.constantFrom('roc-auc', 'f1', 'log-loss'),
    fc.record({ value: fc.double({ noNaN: true, noDefaultInfinity: true }) }),
  ),
});

/** What somebody does to a manifest, one thing after another. */
const step = fc.oneof(
  fc.record({ kind: fc.constant('release' as const), release: whole }),
  fc.record({ kind: fc.constant('environment' as const), environment, release: fc.option(release) }),
  fc.record({ kind: fc.constant('reject' as const), rejection: rejected }),
);

test('any edits lead to exactly the edited values, and lines that say nothing of them stay byte for byte', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 6 }), (steps) => {
      let text = handWritten;
      for (const one of steps) {
        const before = meaning(text);
        const edited = doStep(text, one);
        if (edited.kind === 'invalid') {
          // Only a version with two digests can be asked for here.
          expect(edited.problems.map(({ path }) => path).every((path) => path.endsWith('.digest'))).toBe(true);
          continue;
        }
        expect(edited.manifest).toEqual(expected(before, one));
        expect(meaning(edited.text)).toEqual(edited.manifest);
        const comments = text.match(/# .*/g) ?? [];
        if (one.kind === 'reject') for (const comment of comments) expect(edited.text).toContain(comment);
        text = edited.text;
      }
    }),
    { numRuns: 15 },
  );
});

test('an entry of one environment leaves every line of the others as it was', () => {
  fc.assert(
    fc.property(release, fc.constantFrom('staging', 'production', 'dev'), (served, name) => {
      const edited = setEnvironment(handWritten, { model: 'fraud', environment: name, release: served });
      if (edited.kind === 'invalid') return;
      const own = name === 'staging' ? /^ {2}staging/ : /^ {4}(version|digest|uri): |^ {2}dev:/;
      const others = (text: string) => text.split('\n').filter((line) => !own.test(line));
      expect(others(edited.text)).toEqual(others(handWritten));
    }),
    { numRuns: 40 },
  );
});

type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

function doStep(text: string, one: Step) {
  switch (one.kind) {
    case 'release':
      return setRelease(text, one.release);
    case 'environment':
      return setEnvironment(text, { model: 'fraud', ...one });
    case 'reject':
      return reject(text, { model: 'fraud', rejection: one.rejection });
    default:
      return one satisfies never;
  }
}

function expected(before: ReturnType<typeof meaning>, one: Step) {
  // Numbers are kept to what JSON says of them: a negative zero is a zero.
  const plain = JSON.parse(JSON.stringify(one)) as Step;
  switch (plain.kind) {
    case 'release':
      return { ...before, ...plain.release };
    case 'environment': {
      const { [plain.environment]: _, ...others } = before.environments;
      return { ...before, environments: plain.release ? { ...others, [plain.environment]: plain.release } : others };
    }
    case 'reject': {
      const { digest, environment, rollout } = plain.rejection;
      const isKnown = before.rejected.some(
        (known) => known.digest === digest && known.environment === environment && known.rollout === rollout,
      );
      return { ...before, rejected: isKnown ? before.rejected : [...before.rejected, plain.rejection] };
    }
    default:
      return plain satisfies never;
  }
}

function meaning(text: string) {
  const parsed = parseManifest(text, 'models/fraud/release.yml');
  if (parsed.kind === 'invalid') throw new Error(JSON.stringify(parsed.problems));
  return parsed.value;
}

function textOf(edited: ReturnType<typeof reject>): string {
  if (edited.kind === 'invalid') throw new Error(JSON.stringify(edited.problems));
  return edited.text;
}

/** Lines that differ, as pairs of before and after. */
function changes(before: string, after: string) {
  const [old, now] = [before.split('\n'), after.split('\n')];
  expect(now.length).toBe(old.length);
  return old.flatMap((line, index) => (line === now[index] ? [] : [[line, now[index]]]));
}

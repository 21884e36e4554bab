import { describe, expect, it } from 'vitest';
import { type Awaited, acceptArtifact as accepted } from '../../src/collect/accept.ts';
import { AppError } from '../../src/error.ts';
import type { Result } from '../../src/result.ts';
import type { RunRecord } from '../../src/store/run-record.ts';
import { plainTokens, provenArchive, someClaims } from '../proof-builder.ts';
import { anEvaluation, aResult } from '../result-builder.ts';
import { aRun } from '../run-builder.ts';
import { type ArchiveEntry, zipArchive } from '../zip-archive.ts';

function awaited(changes: Partial<Awaited> = {}): Awaited {
  return {
    repository: { id: 1, owner: 'octo', name: 'flights' },
    workflow: { path: '.github/workflows/siskin.yml', branch: 'main' },
    job: { startedAt: '2026-05-01T10:03:00Z', completedAt: '2026-05-01T10:06:00Z' },
    run: aRun(),
    runId: 7,
    attempt: { number: 1, startedAt: '2026-05-01T10:00:00Z' },
    model: 'late',
    ...changes,
  };
}

/** The run again, half a minute after its first attempt ended. */
const second = { number: 2, startedAt: '2026-05-01T10:06:30Z' };

function acceptArtifact(archive: Uint8Array, changes: Partial<Awaited> = {}) {
  return accepted(archive, awaited(changes), plainTokens);
}

function acceptText(content: unknown) {
  const text = typeof content === 'string' || content instanceof Uint8Array ? content : JSON.stringify(content);
  return acceptArtifact(zipArchive([{ name: 'result.json', content: text }]));
}

function accept(result: Result, changes: Partial<Awaited> = {}) {
  return acceptArtifact(provenArchive(result), changes);
}

function failure(code: string, message: RegExp) {
  return { kind: 'failure', failure: { code, model: 'late', message: expect.stringMatching(message) } };
}

describe('the artifact of an evaluation', () => {
  it('is accepted when it is whole and answers this run', async () => {
    const result = aResult();

    expect(await accept(result)).toEqual({ kind: 'accepted', result });
  });

  it.each<[string, ArchiveEntry, RegExp]>([
    ['a zip bomb', { name: 'result.json', content: Buffer.alloc(30_000_000) }, /at most 20000000 bytes/],
    [
      'a bomb that announces little',
      { name: 'result.json', content: Buffer.alloc(9_000_000), declaredBytes: 100 },
      /too many bytes/,
    ],
    ['a bomb beside the result', { name: 'x', content: Buffer.alloc(30_000_000) }, /at most 20000000 bytes/],
    ['a symbolic link', { name: 'result.json', content: '/etc/passwd', mode: 0o120777 }, /symbolic link/],
    ['a name that climbs out', { name: '../result.json', content: '{}' }, /invalid relative path/],
    ['an absolute name', { name: '/result.json', content: '{}' }, /absolute path/],
  ])('is refused unread when it is %s', async (_, entry, message) => {
    const outcome = await acceptArtifact(zipArchive([entry]));

    expect(outcome).toMatchObject(failure('result-invalid', message));
  });

  it('is refused when it is no archive, or one of too many files', async () => {
    const many = Array.from({ length: 21 }, (_, index) => ({ name: `${index}`, content: '' }));

    expect(await acceptArtifact(new Uint8Array())).toMatchObject(failure('result-invalid', /zip archive/));
    expect(await acceptArtifact(zipArchive(many))).toMatchObject(failure('result-invalid', /at most 20 files/));
  });

  it('is missing its result when it holds only the report', async () => {
    const outcome = await acceptArtifact(zipArchive([{ name: 'report.html', content: '<p>' }]));

    expect(outcome).toMatchObject(failure('result-missing', /expected result.json in the artifact, found none/));
  });

  it.each<[string, unknown, RegExp]>([
    ['is not JSON', 'hello', /JSON in UTF-8/],
    ['holds NaN', JSON.stringify(aResult()).replace('"seconds":12', '"seconds":NaN'), /JSON in UTF-8/],
    [
      'holds a number beyond all bounds',
      JSON.stringify(aResult()).replace('"seconds":12', '"seconds":1e999'),
      /seconds/,
    ],
    ['is not UTF-8', Buffer.from([0x22, 0xff, 0xfe, 0x22]), /JSON in UTF-8/],
    ['is another document', { schema: 'siskin.plan/v1' }, /found schema: .*, and \d+ more/],
    ['lies about its schema', { ...aResult(), evaluation: { metrics: 'all perfect' } }, /evaluation/],
    ['has a key of its own', { ...aResult(), verdict: 'pass' }, /verdict/],
    ['replaces a prototype', JSON.stringify(aResult()).replace('{', '{"__proto__":{"claim":"x"},'), /__proto__/],
    ['is larger than any result', `${' '.repeat(5_000_001)}{}`, /at most 5000000 bytes, found 5000003/],
  ])('is refused when result.json %s', async (_, content, message) => {
    expect(await acceptText(content)).toMatchObject(failure('result-invalid', message));
  });

  it('is refused in reasonable time and with a short message when it has a million keys', async () => {
    const keys = Array.from({ length: 400_000 }, (_, index) => `"k${index}":1`).join(',');
    const started = process.cpuUsage();

    const outcome = await acceptText(`{${keys}}`);

    expect(outcome).toMatchObject(failure('result-invalid', /^.{1,1000}$/s));
    expect(process.cpuUsage(started).user / 1000).toBeLessThan(5000);
  });

  it.each<[string, object]>([
    ['claim', { claim: '00000000-0000-8000-8000-000000000002' }],
    ['repository', { repository: 'octo/other' }],
    ['head', { head: 'c'.repeat(40) }],
    ['base', { base: 'c'.repeat(40) }],
    ['model', { model: 'other' }],
    ['run id', { run: { id: 8, attempt: 1 } }],
    ['attempt', { run: { id: 7, attempt: 2 } }],
  ])('does not count when its %s is another', async (name, changes) => {
    const outcome = await accept(aResult(changes));

    expect(outcome).toMatchObject(failure('result-mismatch', new RegExp(`expected a result with the ${name} `)));
  });

  it('does not count when it is the replay of an earlier attempt', async () => {
    expect(await accept(aResult(), { attempt: second })).toMatchObject(
      failure('result-mismatch', /the attempt 2, found 1/),
    );
  });

  it('does not count when it keeps silent about an evaluation that was asked for', async () => {
    const silent = aResult({ evaluation: null });
    const [model] = aRun().models;
    const unasked = aRun({ models: model === undefined ? [] : [{ ...model, evaluates: false }] });

    expect(await accept(silent)).toMatchObject(failure('result-invalid', /an evaluation or the reason for none/));
    expect(await accept(silent, { run: unasked })).toMatchObject({ kind: 'accepted' });
  });

  it('counts again when its job was not repeated in a later attempt', async () => {
    const run: RunRecord = aRun({ results: { late: aResult() } });

    expect(await accept(aResult(), { attempt: second, run })).toMatchObject({ kind: 'accepted' });
    expect(await accept(aResult(), { attempt: second, run, job: null })).toMatchObject({ kind: 'accepted' });
  });

  it.each(['2026-05-01T10:06:40Z', null])(
    'does not count again when its job was, and ended at %s',
    async (completedAt) => {
      const run: RunRecord = aRun({ results: { late: aResult() } });
      const job = { startedAt: '2026-05-01T10:06:35Z', completedAt };

      expect(await accept(aResult(), { attempt: second, run, job })).toMatchObject(
        failure('result-mismatch', /the attempt 2, found 1/),
      );
    },
  );
});

describe('the proof of a result', () => {
  const result = aResult();
  const content = JSON.stringify(result);
  const unproven = (message: RegExp) =>
    failure('result-unproven', new RegExp(`${message.source}.*; a training job may have written this result`));

  it.each<[string, string | null, RegExp]>([
    ['is missing', null, /expected result.jwt beside result.json, found none/],
    ['is not signed', 'forged', /expected a signed token/],
    ['is huge', ' '.repeat(20_001), /at most 20000 bytes, found 20001/],
  ])('is refused when it %s', async (_, token, message) => {
    const proof = token === null ? [] : [{ name: 'result.jwt', content: token }];
    const archive = zipArchive([{ name: 'result.json', content }, ...proof]);

    expect(await acceptArtifact(archive)).toMatchObject(unproven(message));
  });

  it('does not prove another result of the same run, nor one byte more', async () => {
    const token = JSON.stringify(someClaims({ result, bytes: content }));
    const better = JSON.stringify(aResult({ evaluation: anEvaluation({ difference: 0.2 }) }));

    for (const bytes of [better, `${content} `]) {
      const archive = zipArchive([
        { name: 'result.json', content: bytes },
        { name: 'result.jwt', content: token },
      ]);
      expect(await acceptArtifact(archive)).toMatchObject(unproven(/expected a token with the aud siskin:.*/));
    }
  });

  it('does not count when it was issued to an earlier job', async () => {
    const later = { startedAt: '2026-05-01T11:00:00Z', completedAt: '2026-05-01T11:03:00Z' };

    expect(await accept(result, { job: later })).toMatchObject(
      unproven(/issued to the job after it started at 2026-05-01T11:00:00Z, found one of 2026-05-01T10:05:00.000Z/),
    );
  });

  it('is judged later when the keys cannot be had', async () => {
    const away = {
      async verifyToken(): Promise<never> {
        throw new AppError('unavailable', 'expected keys, found none; it is tried again');
      },
    };

    await expect(accepted(provenArchive(result), awaited(), away)).rejects.toThrow(/expected keys/);
  });
});

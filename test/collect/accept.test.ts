import { describe, expect, it } from 'vitest';
import { type Awaited, acceptArtifact } from '../../src/collect/accept.ts';
import type { RunRecord } from '../../src/store/run-record.ts';
import { aResult } from '../result-builder.ts';
import { aRun } from '../run-builder.ts';
import { type ArchiveEntry, zipArchive } from '../zip-archive.ts';

function awaited(changes: Partial<Awaited> = {}): Awaited {
  return { repository: 'octo/flights', run: aRun(), runId: 7, attempt: 1, model: 'late', ...changes };
}

function accept(content: unknown, changes: Partial<Awaited> = {}) {
  const text = typeof content === 'string' || content instanceof Uint8Array ? content : JSON.stringify(content);
  return acceptArtifact(zipArchive([{ name: 'result.json', content: text }]), awaited(changes));
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
    const outcome = await acceptArtifact(zipArchive([entry]), awaited());

    expect(outcome).toMatchObject(failure('result-invalid', message));
  });

  it('is refused when it is no archive, or one of too many files', async () => {
    const many = Array.from({ length: 21 }, (_, index) => ({ name: `${index}`, content: '' }));

    expect(await acceptArtifact(new Uint8Array(), awaited())).toMatchObject(failure('result-invalid', /zip archive/));
    expect(await acceptArtifact(zipArchive(many), awaited())).toMatchObject(
      failure('result-invalid', /at most 20 files/),
    );
  });

  it('is missing its result when it holds only the report', async () => {
    const outcome = await acceptArtifact(zipArchive([{ name: 'report.html', content: '<p>' }]), awaited());

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
    expect(await accept(content)).toMatchObject(failure('result-invalid', message));
  });

  it('is refused in reasonable time and with a short message when it has a million keys', async () => {
    const keys = Array.from({ length: 400_000 }, (_, index) => `"k${index}":1`).join(',');
    const started = performance.now();

    const outcome = await accept(`{${keys}}`);

    expect(outcome).toMatchObject(failure('result-invalid', /^.{1,1000}$/s));
    expect(performance.now() - started).toBeLessThan(5000);
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
    expect(await accept(aResult(), { attempt: 2 })).toMatchObject(failure('result-mismatch', /the attempt 2, found 1/));
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

    expect(await accept(aResult(), { attempt: 2, run })).toMatchObject({ kind: 'accepted' });
  });
});

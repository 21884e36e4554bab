import { describe, expect, it } from 'vitest';
import { createJobLog } from '../../../sandbox/runner/job-log.ts';

describe('a job’s log', () => {
  it('stamps every line', () => {
    let text = '';
    createJobLog((line) => {
      text += line;
    }).write('one\ntwo');

    expect(text).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}Z one\n\S+Z two\n$/);
  });

  it.each([
    ['as it is', 'a s3cr3t" b', 'a *** b'],
    ['in JSON', '{"k":"s3cr3t\\""}', '{"k":"***"}'],
    ['in a URL', 'http://x/?k=s3cr3t%22', 'http://x/?k=***'],
    ['in base64', Buffer.from('s3cr3t"').toString('base64'), '***'],
    ['in a git header', Buffer.from('x-access-token:s3cr3t"').toString('base64'), '***'],
  ])('hides a secret %s', (_, written, shown) => {
    const log = createJobLog(() => {});
    log.mask('s3cr3t"');
    log.mask('');

    expect(log.masked(written)).toBe(shown);
  });

  it('hides each line of a secret, and the longer of two whole', () => {
    const log = createJobLog(() => {});
    log.mask('line one\nline two');
    log.mask('line');

    expect(log.masked('x line two y')).toBe('x *** y');
  });
});

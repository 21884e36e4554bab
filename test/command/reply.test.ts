import { describe, expect, it } from 'vitest';
import { renderReply } from '../../src/command/reply.ts';

describe('a reply', () => {
  it('holds all answers in their order', () => {
    expect(renderReply(['one', 'two'])).toBe('one\n\ntwo');
  });

  it('leaves out whole answers, the last first, so that it fits into a comment, and says so', () => {
    const long = 'é'.repeat(12_000);
    const text = renderReply([`1 ${long}`, `2 ${long}`, `3 ${long}`, `4 ${long}`]);

    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(60_000);
    expect(text).toMatch(/^1 é+\n\n2 é+\n\n\*\*Left out\*\* to fit into one comment: 2 answers\./);
  });
});

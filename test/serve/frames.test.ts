import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type Frame, frameParts, frameReader } from '../../src/serve/frames.ts';

const frame = fc.record({
  id: fc.nat(2 ** 31),
  status: fc.integer({ min: 0, max: 599 }),
  jsonBytes: fc.option(fc.nat(1000)),
  body: fc.uint8Array({ maxLength: 300 }),
});

it('gives whole messages whatever pieces they arrive in', () => {
  fc.assert(
    fc.property(
      fc.array(frame, { maxLength: 8 }),
      fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }),
      (frames, cuts) => {
        const bytes = Buffer.concat(frames.flatMap((one) => frameParts(one).map((part) => Buffer.from(part))));
        const found: Frame[] = [];
        const read = frameReader(
          () => 1000,
          (one) => found.push({ ...one, body: new Uint8Array(one.body) }),
        );
        for (let at = 0, turn = 0; at < bytes.length; turn++) {
          const size = cuts[turn % cuts.length] ?? 1;
          read(bytes.subarray(at, at + size));
          at += size;
        }
        expect(found).toEqual(frames.map((one) => ({ ...one, body: new Uint8Array(one.body) })));
      },
    ),
  );
});

it('ends at a message that is longer than it may be, before it is read', () => {
  const read = frameReader(
    () => 10,
    () => {},
  );
  const [head] = frameParts({ id: 1, status: 0, jsonBytes: null, body: new Uint8Array(11) });
  expect(() => read(head)).toThrow('over the limit of 10');
});

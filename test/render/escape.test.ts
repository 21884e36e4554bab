import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { code, codeBlock, html, htmlProse, link, plain, prose, text, webAddress } from '../../src/render/escape.ts';
import { table } from '../../src/render/markdown.ts';
import { readMarkdown } from './markdown-check.ts';

const attacks = [
  '@octocat',
  '#12',
  'GH-7',
  'https://evil.example/x',
  'www.evil.example',
  'mailto:a@b.example',
  'a@b.example',
  '<script>alert(1)</script>',
  '<img src=x onerror=y>',
  '<!-- x',
  '-->',
  '</details>',
  '![a](https://x.example/y.png)',
  '[a](javascript:alert(1))',
  '[a]: https://x.example',
  '`',
  '``',
  '```',
  '|',
  '\\',
  '\\|',
  '\n',
  '\r\n',
  '\t',
  '\u202e',
  '\u2066',
  '\u200b',
  '\u200d',
  '\ufeff',
  '\u0000',
  '\u001b[31m',
  '\ud800',
  '\u2028',
  '*',
  '**',
  '_',
  '~~',
  '# ',
  '- ',
  '1. ',
  '> ',
  '---',
  '===',
  '&lt;',
  '&#64;',
  '$x$',
  ':tada:',
  '👩‍👩‍👧',
  'e\u0301',
  '\u{e0041}',
  '<https://x.example>',
  '<a@b.example>',
  ' ',
  '    ',
  'a',
];
const hostile = fc
  .array(fc.oneof(fc.constantFrom(...attacks), fc.string({ unit: 'grapheme', maxLength: 6 })), { maxLength: 12 })
  .map((parts) => parts.join(''));

describe('text from outside', () => {
  const places: readonly (readonly [string, (raw: string) => string])[] = [
    ['in a sentence', (raw) => `It says ${text(raw)} there.`],
    ['at the start of a line', (raw) => text(raw)],
    ['in a code span', (raw) => `It says ${code(raw)} there.`],
    ['in prose', (raw) => `It says ${prose(raw)} there.`],
    [
      'in a table',
      (raw) =>
        table(
          [
            { title: 'a', align: 'left' },
            { title: 'b', align: 'right' },
          ],
          [
            [text(raw), code(raw)],
            [prose(raw), code(raw)],
          ],
        ),
    ],
    ['in a fenced block', (raw) => codeBlock(raw.split('\n'))],
    ['in a link', (raw) => link(raw, 'not an address')],
  ];

  test.each(places)('makes no tag, link, image or mention %s', (_, place) => {
    fc.assert(
      fc.property(hostile, (raw) => {
        const { tags, links, mentions } = readMarkdown(place(raw));

        expect({ tags, links, mentions }).toEqual({ tags: [], links: [], mentions: [] });
      }),
      { numRuns: 400 },
    );
  });

  test('is seen exactly as it was, with the invisible made visible', () => {
    fc.assert(
      fc.property(hostile, (raw) => {
        const { seen } = readMarkdown(`x ${text(raw)} y`);

        expect(seen.replaceAll('\u200b', '')).toBe(`x ${plain(raw).trim()} y`);
      }),
      { numRuns: 400 },
    );
  });

  test('is seen exactly as it was in a code span of a table, pipes and backticks too', () => {
    fc.assert(
      fc.property(hostile, (raw) => {
        const shown = plain(raw);
        const { seen } = readMarkdown(table([{ title: 'a', align: 'left' }], [[code(raw)]]));

        expect(seen).toBe(`a${shown.trim() === '' ? (shown === '' ? '(empty)' : '(blank)') : shown}`);
      }),
      { numRuns: 400 },
    );
  });

  test('leaves a table with as many cells as it has columns', () => {
    fc.assert(
      fc.property(hostile, hostile, (a, b) => {
        const lines = table(
          [
            { title: 'a', align: 'left' },
            { title: 'b', align: 'left' },
          ],
          [[text(a), code(b)]],
        ).split('\n');

        expect(lines).toHaveLength(3);
        expect(lines[2]?.match(/(?<!\\)\|/g)).toHaveLength(3);
      }),
    );
  });

  test('opens no element in HTML and leaves its attribute quoted', () => {
    fc.assert(
      fc.property(hostile, (raw) => {
        expect(html(raw)).not.toMatch(/[<>"']/);
        expect(htmlProse(raw).replace(/<\/?code>/g, '')).not.toMatch(/[<>"']/);
      }),
    );
  });

  test('shows no mark that cannot be seen and is valid UTF-8', () => {
    fc.assert(
      fc.property(hostile, (raw) => {
        const shown = plain(raw);

        expect(shown.isWellFormed()).toBe(true);
        expect(shown).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069\u200b\ufeff]/u);
      }),
    );
  });
});

describe('a bound on length', () => {
  test.each([
    ['abcdef', 3, 'abc…'],
    ['abc', 3, 'abc'],
    ['👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧', 2, '👩‍👩‍👧👩‍👩‍👧…'],
    ['ab cd', 3, 'ab…'],
  ])('counts what people see: %s at %i', (raw, limit, shown) => {
    expect(plain(raw, limit)).toBe(shown);
  });

  test('holds against thousands of marks stacked on one letter', () => {
    expect(plain(`e${'\u0301'.repeat(100_000)}`, 20).length).toBeLessThan(20);
  });

  test('holds in bytes whatever is thrown at it', () => {
    fc.assert(
      fc.property(hostile, (raw) => {
        expect(Buffer.byteLength(text(raw.repeat(40), 50))).toBeLessThan(50 * 4 * 6);
      }),
    );
  });
});

describe('marks that cannot be seen', () => {
  test.each([
    ['a\u202eb', 'a\\u{202e}b'],
    ['a\nb\tc', 'a\\nb\\tc'],
    ['pay\u200bpal', 'pay\\u{200b}pal'],
    ['\ud800', '\\u{d800}'],
    ['👍\ufe0f', '👍\ufe0f'],
    ['a\u200db', 'a\\u{200d}b'],
    ['\u{e0041}', '\\u{e0041}'],
  ])('%j is shown as %s', (raw, shown) => {
    expect(plain(raw)).toBe(shown);
  });

  test('terminal colours are taken out of a log, its fence is longer than any in it', () => {
    expect(codeBlock(['\u001b[31mred\u001b[0m', '```', '\u001b]0;title\u0007x'])).toBe('````text\nred\n```\nx\n````');
  });
});

describe('an address', () => {
  test.each([
    'javascript:alert(1)',
    'data:text/html,x',
    'https://a.example/)',
    'https://a.example/ "x',
    'https://a.example/<b>',
    '//a.example',
    '',
  ])('%s becomes no link', (address) => {
    expect(webAddress(address)).toBe(null);
    expect(readMarkdown(link('label', address)).links).toEqual([]);
  });

  test.each(['https://github.com/acme/flights/actions/runs/4812', 'http://127.0.0.1:8080/x?y=1&z=%20#a'])(
    '%s becomes one',
    (address) => {
      expect(readMarkdown(link('label', address)).links).toHaveLength(1);
    },
  );
});

test('prose keeps what stands between backticks as code and two code spans apart', () => {
  expect(prose('see `a|b``c` and `d')).toBe('see `a|b` `c` and \\`d');
  expect(htmlProse('see `<b>` now')).toBe('see <code>&#60;b&#62;</code> now');
});

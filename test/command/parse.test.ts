import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { verbs } from '../../src/command/grammar.ts';
import { commandsIn } from '../../src/command/parse.ts';

describe('commands in a comment', () => {
  it.each([
    ['/help', [{ verb: 'help' }]],
    ['/status  ', [{ verb: 'status' }]],
    ['/cancel', [{ verb: 'cancel', model: null }]],
    ['/train', [{ verb: 'train', model: null, seed: null, sha: null, dryRun: false }]],
    ['/TRAIN', [{ verb: 'train' }]],
    ['/siskin evaluate -m fraud', [{ verb: 'evaluate', model: 'fraud' }]],
    ['/siskin /train', [{ verb: 'train', model: null }]],
    ['/siskin', [{ verb: 'help' }]],
    ['/evaluate --model=fraud', [{ verb: 'evaluate', model: 'fraud' }]],
    ['/evaluate --model fraud', [{ verb: 'evaluate', model: 'fraud' }]],
    ['  /status', [{ verb: 'status' }]],
    ['/train @1A2B3C4 seed=7 --dry-run -m a', [{ verb: 'train', model: 'a', seed: 7, sha: '1a2b3c4', dryRun: true }]],
    [
      '/lock staging --reason "load test, \'big\'" --for 2h',
      [{ verb: 'lock', environment: 'staging', reason: "load test, 'big'", term: { minutes: 120 } }],
    ],
    [
      `/freeze all --organisation --reason='new year' --until 2026-12-31T12:00+02:00`,
      [
        {
          verb: 'freeze',
          target: 'all',
          scope: 'organisation',
          reason: 'new year',
          term: { until: '2026-12-31T10:00:00.000Z' },
        },
      ],
    ],
    ['/lock', [{ verb: 'lock', environment: null }]],
    ['/train —model late, seed=7.', [{ verb: 'train', model: 'late', seed: 7 }]],
    ['/train –m late —dry-run', [{ verb: 'train', model: 'late', dryRun: true }]],
    ['/train model=late --seed 7', [{ verb: 'train', model: 'late', seed: 7 }]],
    ['/Status!', [{ verb: 'status' }]],
    ['/siskin: cancel, -m late', [{ verb: 'cancel', model: 'late' }]],
    ['\u00A0/train\u00A0-m\tlate\u200B', [{ verb: 'train', model: 'late' }]],
    ['/lock staging —reason “don’t touch, it’s mine”', [{ verb: 'lock', reason: 'don’t touch, it’s mine' }]],
    [`/lock staging --reason don't`, [{ verb: 'lock', reason: `don't` }]],
    [`/lock staging --reason 'don't'.`, [{ verb: 'lock', reason: `don't` }]],
    ['/lock staging reason="a \\"b\\" c"', [{ verb: 'lock', reason: 'a "b" c' }]],
    ['/lock --for 2H "staging"', [{ verb: 'lock', environment: 'staging', term: { minutes: 120 } }]],
    ['/override-gate roc-auc --reason "परीक्षण"', [{ verb: 'override-gate', metric: 'roc-auc', reason: 'परीक्षण' }]],
    [
      'Good work!\r\n/evaluate\r\n/train -m a',
      [
        { verb: 'evaluate', model: null },
        { verb: 'train', model: 'a' },
      ],
    ],
  ])('are read: %j', (comment, commands) => {
    const read = commandsIn(comment);

    expect(read).toHaveLength(commands.length);
    expect(read).toMatchObject(commands);
  });

  it.each([
    ['in a sentence', 'please /train it'],
    ['in a quote', '> /train'],
    ['in a fenced block', '```\n/train\n```'],
    ['in a fence of tildes that holds back-ticks', '~~~sh\n```\n/train\n~~~'],
    ['in a fence that is never closed', '```\n/train'],
    ['in an indented block', '    /train'],
    ['in a block of a list item', '- see\n- ```\n  /train\n  ```'],
    ['in a preformatted block', '<pre>\n/train\n</pre>'],
    ['in an HTML comment', 'a <!-- b\n/train\n--> c'],
    ['behind an HTML comment that ends on its line', '<!--\n--> /train'],
    ['of another bot', '/approve\n/lgtm\n/hold cancel\n/test all'],
    ['that is a path', '/train/data.csv\n/etc/passwd'],
    ['in an empty comment', ''],
  ])('are left alone %s', (_, comment) => {
    expect(commandsIn(comment)).toEqual([]);
  });

  it('are found again after a fence and a hidden part have ended', () => {
    expect(commandsIn('````\n```\n/train\n````\n/status <!-- x\n-->\n/help').map(({ verb }) => verb)).toEqual([
      'status',
      'help',
    ]);
  });

  it.each([
    ['/trian', '/train'],
    ['/evalute', '/evaluate'],
    ['/statuss', '/status'],
    ['/siskin evluat', '/evaluate'],
    ['/trian -m late', '/train -m late'],
    ['/siskin trian', '/train'],
    ['/helpp me', '/help'],
  ])('that are misspelt say what was meant: %s', (comment, suggestion) => {
    expect(commandsIn(comment)).toMatchObject([
      { verb: 'unknown', line: comment, reason: 'is no command of Siskin', suggestion },
    ]);
  });

  it.each([
    ['/siskin deploy', 'is no command of Siskin'],
    ['/train -m', 'needs the name of a model after `-m`'],
    ['/train fraud', 'takes nothing like `fraud` (a model is named with `-m`)'],
    ['/train -m ../x', 'needs the name of a model after `-m`, found `../x`'],
    ['/train --modle a', 'knows only `-m`, `--seed`, `--dry-run`, found `--modle`'],
    ['/train @xyz', 'needs 7 to 40 hexadecimal digits of a commit after `@`, found `@xyz`'],
    ['/train seed=-1', 'needs a whole number after `seed=`, found `-1`'],
    ['/lock a b', 'takes one environment, found also `b`'],
    ['/lock a --for ever', 'needs a time such as `30m`, `2h` or `1d` after `--for`, found `ever`'],
    ['/lock a --reason "x', 'has a quotation that does not end'],
    ['/help me', 'takes nothing like `me`'],
    ['/train foo=bar', 'knows only `model=`, `seed=`, found `foo=`'],
    ['/help a=b', 'takes nothing with `=`, found `a=`'],
    ['/train -m a -m b', 'takes one model, found also `b`'],
    ['/lock a --for 1h --until 2026-03-01T18:00Z', 'takes one term, found also `2026-03-01T18:00Z`'],
    ['/lock a --reason --for 1h', 'needs a reason after `--reason`'],
    ['/lock a --reason load test', 'takes one environment, found also `test`'],
    ['/lock a --reason " "', 'needs a reason after `--reason`'],
    ['/lock a --reason "…"', 'needs a reason after `--reason`, found `…`'],
    ['/train --dry-run=no', 'takes `--dry-run` without a value'],
    ['/train -m constructor', 'needs the name of a model after `-m`, found `constructor`'],
  ])('that are wrong say why: %s', (text, reason) => {
    expect(commandsIn(text)).toMatchObject([{ verb: 'unknown', line: text, reason }]);
  });

  it.each([
    ['/train --modle late', '/train --model late'],
    ['/train sede=7 -m late', '/train seed=7 -m late'],
    ['/train late seed=7', '/train -m late seed=7'],
    ['/lock staging --raeson “load test”', '/lock staging --reason “load test”'],
    ['/lock staging --for ever', null],
  ])('that are wrong are mended where it can be told how: %s', (text, suggestion) => {
    expect(commandsIn(text)).toMatchObject([{ verb: 'unknown', suggestion }]);
  });

  it.each([
    ['a line that is too long', `/lock staging --reason "${'x'.repeat(1000)}"`, 'is longer than 1000 characters'],
    ['too many words', `/train ${'--dry-run '.repeat(60)}`, 'has more than 40 words'],
  ])('are bounded: %s', (_, text, reason) => {
    expect(commandsIn(text)).toMatchObject([{ verb: 'unknown', reason }]);
  });

  it('beyond the twentieth of a comment are not read, and that is said', () => {
    const read = commandsIn('/train\n'.repeat(300));

    expect(read).toHaveLength(21);
    expect(read.at(-1)).toMatchObject({ verb: 'unknown', reason: expect.stringContaining('after 20 commands') });
  });

  it('carry nothing of a stranger that could end a code span or hide text', () => {
    const [command] = commandsIn(`/train -m a\`\u202e<b>\u0000${'x'.repeat(500)}`);

    expect(command).toMatchObject({ verb: 'unknown', line: expect.stringMatching(/^[\p{L}\p{N}\p{P}\p{S} ]{1,80}$/u) });
  });

  it('are read from any text without throwing, and quickly', () => {
    const piece = fc.constantFrom(
      '/train',
      '/siskin',
      '-m',
      '```',
      '~~~',
      '<!--',
      '-->',
      '\n',
      '> ',
      '    ',
      ' ',
      'a',
      '"',
      '@',
      '=',
    );
    const comment = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(piece, { maxLength: 200 }).map((all) => all.join('')),
    );
    fc.assert(
      fc.property(comment, (text) => {
        expect(commandsIn(text).length).toBeLessThanOrEqual(21);
      }),
    );

    const started = process.cpuUsage();
    for (const unit of [
      '"\\',
      '“.',
      " 'a",
      '- ',
      '<pre>',
      'a=',
      '—',
      '<!--',
      '-->',
      '`',
      '/train ',
      '/train\n',
      '\n',
      ' ',
      '/siskin -m ',
      '/lock "',
      '/lock a="',
    ]) {
      commandsIn(unit.repeat(2_000_000 / unit.length));
    }
    expect(process.cpuUsage(started).user / 1000).toBeLessThan(1000);
  });

  it('of another bot are left alone, whatever it is called, unless one letter is all that is between us', () => {
    const near = fc
      .tuple(fc.constantFrom(...verbs), fc.nat(15), fc.constantFrom('', 'a', 'e', 's', '-', 'rt'))
      .map(([verb, at, letters]) => verb.slice(0, at) + letters + verb.slice(at + 1));
    const word = fc.oneof(
      fc.stringMatching(/^[a-z][a-z-]{0,15}$/),
      near.filter((one) => /^[a-z][a-z-]*$/.test(one)),
    );
    fc.assert(
      fc.property(word, (name) => {
        const isOurs = name === 'siskin' || verbs.some((verb) => edits(name, verb) <= 1);

        expect(commandsIn(`/${name} now`).length).toBe(isOurs ? 1 : 0);
      }),
      { numRuns: 500 },
    );
  });
});

/** Optimal string alignment by its recursive definition. */
function edits(a: string, b: string): number {
  const known = new Map<string, number>();
  const of = (i: number, j: number): number => {
    if (i === 0 || j === 0) return i + j;
    const key = `${i},${j}`;
    const cached = known.get(key);
    if (cached !== undefined) return cached;
    const same = a[i - 1] === b[j - 1] ? 0 : 1;
    let least = Math.min(of(i - 1, j) + 1, of(i, j - 1) + 1, of(i - 1, j - 1) + same);
    if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) least = Math.min(least, of(i - 2, j - 2) + 1);
    known.set(key, least);
    return least;
  };
  return of(a.length, b.length);
}

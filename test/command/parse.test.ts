import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
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
    ['/train --modle a', 'knows only `-m`, `--dry-run`, found `--modle`'],
    ['/train @xyz', 'needs 7 to 40 hexadecimal digits of a commit after `@`, found `@xyz`'],
    ['/train seed=-1', 'needs a whole number after `seed=`, found `-1`'],
    ['/lock a b', 'takes one environment, found also `b`'],
    ['/lock a --for ever', 'needs a time such as `30m`, `2h` or `1d` after `--for`, found `ever`'],
    ['/lock a --reason "x', 'has a quotation that does not end'],
    ['/help me', 'takes nothing like `me`'],
  ])('that are wrong say why: %s', (text, reason) => {
    expect(commandsIn(text)).toMatchObject([{ verb: 'unknown', line: text, reason }]);
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
        expect(commandsIn(text).length).toBeLessThanOrEqual(20);
      }),
    );

    const started = process.cpuUsage();
    for (const unit of ['<!--', '-->', '`', '/train ', '/train\n', '\n', ' ', '/siskin -m ', '/lock "', '/lock a="']) {
      commandsIn(unit.repeat(2_000_000 / unit.length));
    }
    expect(process.cpuUsage(started).user / 1000).toBeLessThan(1000);
  });
});

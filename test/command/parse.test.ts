import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { commandsIn } from '../../src/command/parse.ts';

describe('commands in a comment', () => {
  it.each([
    ['/help', [{ verb: 'help' }]],
    ['/status  ', [{ verb: 'status' }]],
    ['/cancel', [{ verb: 'cancel' }]],
    ['/train', [{ verb: 'train', model: null }]],
    ['/TRAIN', [{ verb: 'train', model: null }]],
    ['/siskin evaluate -m fraud', [{ verb: 'evaluate', model: 'fraud' }]],
    ['/siskin /train', [{ verb: 'train', model: null }]],
    ['/siskin', [{ verb: 'help' }]],
    ['/evaluate --model=fraud', [{ verb: 'evaluate', model: 'fraud' }]],
    ['/evaluate --model fraud', [{ verb: 'evaluate', model: 'fraud' }]],
    ['  /status', [{ verb: 'status' }]],
    [
      'Good work!\r\n/evaluate\r\n/train -m a',
      [
        { verb: 'evaluate', model: null },
        { verb: 'train', model: 'a' },
      ],
    ],
  ])('are read: %j', (comment, commands) => {
    expect(commandsIn(comment)).toEqual(commands);
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
    expect(commandsIn('````\n```\n/train\n````\n/status <!-- x\n-->\n/help')).toEqual([
      { verb: 'status' },
      { verb: 'help' },
    ]);
  });

  it.each([
    ['/trian', '/train'],
    ['/evalute', '/evaluate'],
    ['/statuss', '/status'],
    ['/siskin evluat', '/evaluate'],
  ])('that are misspelt say what was meant: %s', (comment, suggestion) => {
    expect(commandsIn(comment)).toEqual([
      { verb: 'unknown', text: comment, reason: 'is no command of Siskin', suggestion },
    ]);
  });

  it.each([
    ['/siskin deploy', 'is no command of Siskin', null],
    ['/train -m', 'needs the name of a model after `-m`', '/train -m <model>'],
    ['/train fraud', 'knows only `-m`, found `fraud`', '/train -m <model>'],
    ['/train -m a b', 'takes one model, found also `b`', '/train -m <model>'],
    ['/train -m ../x', 'needs the name of a model after `-m`, found `../x`', '/train -m <model>'],
    ['/cancel all', 'takes nothing after it, found `all`', '/cancel'],
  ])('that are wrong say why: %s', (text, reason, suggestion) => {
    expect(commandsIn(text)).toEqual([{ verb: 'unknown', text, reason, suggestion }]);
  });

  it('carry nothing of a stranger that could end a code span or hide text', () => {
    const [command] = commandsIn(`/train -m a\`\u202e<b>\u0000${'x'.repeat(500)}`);

    expect(command).toMatchObject({ verb: 'unknown', text: expect.stringMatching(/^[\p{L}\p{N}\p{P}\p{S} ]{1,80}$/u) });
  });

  it('are read from any text without throwing, and quickly', () => {
    const piece = fc.constantFrom('/train', '/siskin', '-m', '```', '~~~', '<!--', '-->', '\n', '> ', '    ', ' ', 'a');
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
    for (const unit of ['<!--', '-->', '`', '/train ', '/train\n', '\n', ' ', '/siskin -m ']) {
      commandsIn(unit.repeat(2_000_000 / unit.length));
    }
    expect(process.cpuUsage(started).user / 1000).toBeLessThan(1000);
  });
});

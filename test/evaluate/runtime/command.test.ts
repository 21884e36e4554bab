import { describe, expect, it } from 'vitest';
import { evaluateModels } from '../../../src/evaluate/evaluate.ts';
import { folderOf, policyFor } from '../fixture.ts';

const rows = Array.from({ length: 5000 }, (_, row) => ({
  amount: row % 100,
  city: row % 3 === 0 ? 'Bern, "old"' : 'Oslo',
  late: Number(row % 100 > 60),
}));
const lines = rows.map(({ amount, city, late }) => `${amount},"${city.replaceAll('"', '""')}",${late}`);
const holdout = `amount,city,late\n${lines.join('\n')}\n`;

/** Reads lines of JSON and says the probability `amount / 100`, but nothing before the last row, as a buffer does. */
const answering = `
import { createInterface } from 'node:readline';
const answers = [];
for await (const line of createInterface({ input: process.stdin })) {
  const row = JSON.parse(line);
  if ('late' in row) process.exit(9);
  answers.push(JSON.stringify({ probability: row.amount / 100 }));
}
process.stdout.write(answers.join('\\n') + '\\n');
`;

async function evaluated(script: string, predict: Readonly<Record<string, unknown>> = {}) {
  using folder = folderOf({ 'holdout.csv': holdout, 'model.bin': 'weights', 'predict.mjs': script });
  const policy = policyFor({
    features: undefined,
    predict: { command: [process.execPath, 'predict.mjs', '{model}', '{output}'], ...predict },
  });
  const candidate = folder.file('model.bin');
  return await evaluateModels({ holdoutRoot: folder.path, policy, candidate, champion: null });
}

async function refusal(work: Promise<unknown>): Promise<string> {
  return await work.then(
    () => 'no refusal',
    (error: Error) => error.message,
  );
}

describe('a program in place of a model', () => {
  it('is given every row without the truth, and answers when it likes', async () => {
    const { report } = await evaluated(answering);

    expect(report.candidate.format).toBe('command');
    expect(report.rows).toBe(5000);
    // Above 0.5 is called, above 60 of 100 is true: 10 of 100 amounts are called in vain.
    expect(report.metrics.accuracy?.candidate).toEqual({ kind: 'value', value: 0.9 });
  });

  it('reads CSV with quotes and writes a file', async () => {
    const script = `
import { readFileSync, writeFileSync } from 'node:fs';
const [header, ...lines] = readFileSync(0, 'utf8').trim().split('\\n');
if (header !== 'amount,city') process.exit(8);
if (lines[0] !== '0,"Bern, ""old"""') process.exit(7);
const answers = lines.map((line) => JSON.stringify({ prediction: Number(line.split(',')[0]) > 60 ? 1 : 0 }));
writeFileSync(process.argv[3], answers.join('\\n'));
`;

    const { report } = await evaluated(script, { input: 'csv', output: 'file' });

    expect(report.metrics.accuracy?.candidate).toEqual({ kind: 'value', value: 1 });
  });

  it('may answer with bare numbers', async () => {
    const script = answering.replace('JSON.stringify({ probability: row.amount / 100 })', 'String(row.amount / 100)');

    const { report } = await evaluated(script);

    expect(report.metrics.accuracy?.candidate).toEqual({ kind: 'value', value: 0.9 });
  });

  const reading = 'for await (const _ of process.stdin);';
  it.each([
    ['fails', `console.error('no such layer'); process.exit(3)`, /found exit status 3; it wrote: …no such layer/],
    ['answers too little', `${reading} console.log('0.5')`, /expected 5000 answers from .* found 1;/],
    ['answers too much', `${reading} console.log('0.5\\n'.repeat(5001))`, /expected 5000 answers from .* found 5001;/],
    ['prints its log', `console.log('loading…'); ${reading}`, /found "loading…" as line 1/],
    ['does not read', `process.stdin.destroy(); console.log('0.5\\n'.repeat(4999))`, /found 4999;/],
    [
      'says what cannot be',
      `${reading} console.log('-0.5\\n'.repeat(5000))`,
      /expected probabilities between 0 and 1 from the candidate, found -0.5 in row 1/,
    ],
  ])('is refused in one sentence when it %s', async (_, script, message) => {
    expect(await refusal(evaluated(script))).toMatch(message);
  });

  it('is stopped when it takes too long', async () => {
    const late = evaluated('setInterval(() => {}, 1000)', { 'timeout-minutes': 0.005 });

    expect(await refusal(late)).toMatch(/found that it still ran after 0.005 minutes/);
  });

  it('sees no secrets of the environment', async () => {
    process.env['SISKIN_TEST_TOKEN'] = 'secret';
    const script = `${reading} process.exit(Object.keys(process.env).some((key) => key.includes('TOKEN')) ? 5 : 6)`;

    const message = await refusal(evaluated(script).finally(() => delete process.env['SISKIN_TEST_TOKEN']));

    expect(message).toMatch(/exit status 6/);
  });

  it('that is not there is named', async () => {
    const message = await refusal(evaluated('', { command: ['no-such-program'] }));

    expect(message).toMatch(/expected a program that .*no-such-program.* can start, found none of that name/);
  });
});

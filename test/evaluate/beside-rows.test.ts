import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { evaluateModels } from '../../src/evaluate/evaluate.ts';
import { mixed } from '../../src/statistics/poisson-bootstrap.ts';
import { folderOf, policyFor } from './fixture.ts';

const count = 400;

/** Rows in an order that the seed decides; every seventh has no truth. */
function holdout(seed: number) {
  const order = Array.from({ length: count }, (_, row) => row).sort((a, b) => mixed(a ^ seed) - mixed(b ^ seed));
  const lines = order.map((row) => {
    const late = row % 7 === 3 ? '' : row % 2;
    const kind = ['a', 'b'][row % 2];
    return { row, text: `${late},${(row * 37) % 100},u${row % 40},${kind},${row % 3 === 0 ? 'x' : 'y'},r${row}` };
  });
  const share = (row: number, salt: number) => ((mixed(row * 31 + salt) % 1000) / 1000) * 0.6 + (row % 2) * 0.35;
  const answers = (salt: number) => lines.map(({ row }) => `${share(row, salt)},r${row}`).join('\n');
  return folderOf({
    'holdout.csv': ['late,amount,user,kind,"odd ""name""",id', ...lines.map(({ text }) => text)].join('\n'),
    'candidate.csv': `probability,id\n${answers(1)}`,
    'champion.csv': `probability,id\n${answers(2)}`,
  });
}

async function evaluated(seed: number, given: Readonly<Record<string, unknown>>) {
  using folder = holdout(seed);
  const { report } = await evaluateModels({
    holdoutRoot: folder.path,
    policy: policyFor({
      features: undefined,
      id: 'id',
      metrics: { accuracy: { 'not-worse-by': '3%' }, f1: { kind: 'info' } },
      ...given,
    }),
    candidate: folder.file('candidate.csv'),
    champion: folder.file('champion.csv'),
    looks: 2,
  });
  return report;
}

const everything = {
  cluster: 'user',
  slices: ['amount', 'odd "name"'],
  'slice-crosses': [['kind', 'odd "name"']],
  'slices-gate': { 'not-worse-by': '5%', 'minimum-rows': 30, 'minimum-positives': 5 },
  holdout: { spend: 'bonferroni', looks: 5 },
};

describe('what is known of the rows beside truth and answers', () => {
  it('is the same for rows in any order, but for the numbers of the rows', async () => {
    const [first, second] = [await evaluated(1, everything), await evaluated(2, everything)];
    const bare = ({ churn, holdoutDigest, candidate, champion, details, ...rest }: typeof first) => rest;

    expect(bare(second)).toEqual(bare(first));
    expect(second.churn).toEqual({ ...first.churn, flips: expect.any(Array) });
    expect(first.metrics.accuracy?.difference).toMatchObject({ method: 'cluster bootstrap', confidence: 0.99 });
    expect(first.cluster).toEqual({ column: 'user', clusters: 40 });
    expect(first.holdout).toMatchObject({ look: 3, planned: 5 });
  });

  it('cuts numbers into bins of equal mass, and crosses columns that no slice names', async () => {
    const { slices } = await evaluated(1, everything);
    const rowsOf = (column: string) => slices.filter((one) => one.column === column).map(({ rows }) => rows);

    expect(rowsOf('amount')).toHaveLength(4);
    expect(Math.max(...rowsOf('amount')) - Math.min(...rowsOf('amount'))).toBeLessThan(20);
    expect(slices.filter(({ column }) => column === 'kind × odd "name"').map(({ value }) => value)).toContain('a × x');
    expect(slices.some(({ column }) => column === 'kind')).toBe(false);
  });

  it('names flipped rows by number and id, regressions first, also where rows have no truth', async () => {
    const { churn } = await evaluated(3, {});
    const flips = churn?.flips ?? [];
    const kinds = flips.map(({ kind }) => kind);

    expect(flips.length).toBeGreaterThan(5);
    expect(kinds).toEqual([...kinds].sort((a, b) => (a === 'regression' ? 0 : 1) - (b === 'regression' ? 0 : 1)));
    expect((churn?.regressions ?? 0) + (churn?.improvements ?? 0)).toBe(churn?.changed);
    using folder = holdout(3);

    const lines = readFileSync(folder.file('holdout.csv'), 'utf8').split('\n');
    for (const { row, id } of flips) expect(lines[row]?.endsWith(`,${id}`)).toBe(true);
  });

  it.each([
    ['cluster', { cluster: 'nobody' }, /`cluster`.*found nobody/],
    ['slices', { slices: ['nobody'] }, /`slices`.*found nobody/],
    ['slice-crosses', { 'slice-crosses': [['kind', '__proto__']] }, /`slice-crosses`.*found __proto__/],
  ])('is refused with one message where %s names no column', async (_, given, message) => {
    await expect(evaluated(1, given)).rejects.toThrow(message);
  });
});

import { describe, expect, test } from 'vitest';
import { openDataset } from '../../../src/data/dataset.ts';
import { inferSchema } from '../../../src/data/infer-schema.ts';
import { profileDataset } from '../../../src/data/profile.ts';
import { parseSchema } from '../../../src/data/schema.ts';
import { validateDataset } from '../../../src/data/validate.ts';
import { evolveSchema } from '../../../src/data/validation/evolve-schema.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const now = new Date('2026-06-01');

async function evolved(data: string, text: string) {
  using folder = temporaryFolder({ 'data.csv': data });
  const document = parseSchema({ text, file: 's.yml' });
  await using dataset = await openDataset({ root: folder.path, paths: ['data.csv'], csvTypes: 'text' });
  await using typed = await openDataset({ root: folder.path, paths: ['data.csv'] });
  const { problems } = await validateDataset({ dataset, schema: document, now });
  const profile = await profileDataset(typed);
  const added = profile.columns.filter(({ name }) => !Object.hasOwn(document.schema.columns, name));
  const result = await evolveSchema({ text, document, dataset, broken: problems, added, columns: typed.columns });
  const after = await validateDataset({ dataset, schema: parseSchema({ text: result.text, file: 's.yml' }), now });
  return { ...result, stillBroken: after.problems.map(({ column, check }) => `${column}.${check}`) };
}

describe('a schema changed so that the data fit', () => {
  const schema = `# Flights.
version: 1
rows: {max: 2}   # tiny

columns:
  # minutes
  delay:
    type: integer
    nullable: false
    min: 0   # never early?
    max: 10
  carrier:
    one-of:
    - AA   # American
    # no others yet
    none-of: [XX, YY]
    unique: true
  gate: {max-length: 1, pattern: "[A-Z]"}
  at: {type: timestamp, max: "2026-01-01"}
  gone: {}
`;
  const data = 'delay,carrier,gate,at,new\n1,AA,A,2026-01-01,1\n-2.5,XX,B12,2026-02-03,2\n,AA,C,,3\n';

  test('changes only what must change, says each change, and keeps comments, order and spacing', async () => {
    const { text, changes, left, stillBroken } = await evolved(data, schema);

    expect(text).toBe(`# Flights.
version: 1
rows: {max: 3} # tiny

columns:
  # minutes
  delay:
    type: number
    nullable: true
    min: -2.5 # never early?
    max: 10
  carrier:
    one-of:
    - AA # American
    - XX
    # no others yet
    none-of: [YY]
  gate: {max-length: 3, pattern: "[A-Z]"}
  at: {type: timestamp, max: "2026-02-03T00:00:00Z"}
  gone: {required: false}
  # none missing; 1 to 3; mean 2 ± 0.816497; about 3 different
  new:
    type: integer
    nullable: false
    min: 0
`);
    expect(changes.map(({ what, before, after }) => `${what}: ${before} → ${after}`)).toEqual([
      'rows.max: 2 → 3',
      'gone.required: no rule → false',
      'delay.nullable: false → true',
      'delay.type: "integer" → "number"',
      'delay.min: 0 → -2.5',
      'carrier.one-of: ["AA"] → ["AA","XX"]',
      'carrier.none-of: ["XX","YY"] → ["YY"]',
      'carrier.unique: true → no rule',
      'gate.max-length: 1 → 3',
      'at.max: "2026-01-01" → "2026-02-03T00:00:00Z"',
      'new: not named → {"type":"integer","nullable":false,"min":0}',
    ]);
    expect([left, stillBroken]).toEqual([['gate.pattern'], ['gate.pattern']]);
  });

  test('that fits already stays byte for byte', async () => {
    const odd = 'version:   1\ncolumns:   { a:   {} }   # odd\n';

    expect(await evolved('a\n1\n', odd)).toEqual({ text: odd, changes: [], left: [], stillBroken: [] });
  });
});

test('a first schema says what was seen, is the same each time, and holds for its data', async () => {
  const rows = Array.from(
    { length: 40 },
    (_, at) =>
      `${at},${at % 2 ? 'yes' : 'no'},${at % 4 ? `${at}@x.example` : ''},2026-05-${String((at % 28) + 1).padStart(2, '0')}`,
  );
  using folder = temporaryFolder({ 'data.csv': ['10,answer: a,mail,at', ...rows, ''].join('\n') });
  const inferred = async () => {
    await using dataset = await openDataset({ root: folder.path, paths: ['data.csv'] });
    const profile = await profileDataset(dataset);
    return inferSchema({ profile, columns: dataset.columns, target: 'answer: a', holdout: ['h.csv'] });
  };

  const text = await inferred();

  expect(text).toMatchInlineSnapshot(`
    "# What the data must look like: inferred from 40 rows that were there, to be reviewed by a person.
    # The comments say what was seen; only the rules are checked. All rules: docs/validation.md of Siskin.

    version: 1
    rows:
      min: 20
    other-columns: warn
    columns:
      # none missing; 0 to 39; mean 19.5 ± 11.5434; about 40 different
      "10":
        type: integer
        nullable: false
        min: 0
      # none missing; 50 % true
      "answer: a":
        type: boolean
        nullable: false
      # 25 % missing; 30 different; 11 to 12 characters
      mail:
        type: text
      # none missing; 2026-05-01T00:00:00Z to 2026-05-28T00:00:00Z; about 28 different
      at:
        type: timestamp
        nullable: false
    leakage:
      target: "answer: a"
    overlap:
      - with:
          - h.csv
    "
  `);
  expect(await inferred()).toBe(text);
});

import { AppError } from '../error.ts';
import { asNumber, type Column, quoted } from './column.ts';
import type { Dataset } from './dataset.ts';
import { registers } from './distinct.ts';
import { labelOf } from './label.ts';
import { cellLimit, type PairProfile, tableOf } from './pair-profile.ts';
import { type Profile, valueCount } from './profile-document.ts';

/** Which columns to look at together: `all` pairs of one kind, or those named. */
export type PairRequest = 'all' | readonly (readonly [x: string, y: string])[];

/** The most pairs of one profile. */
const mostPairs = 1000;

/** The squares of larger numbers could leave the range of a double: such pairs have no moments. */
const largest = 1e140;

/**
 * Profiles pairs of columns: one scan of all pairs of numbers, and one of each pair of texts. A column of `profile` without values
 * has no kind of its own: its pairs hold no rows, and merge with those of either kind. Throws `bad-input` for names it does not know.
 */
export async function profilePairs(options: {
  readonly dataset: Dataset;
  readonly profile: Profile;
  readonly request: PairRequest;
}): Promise<readonly PairProfile[]> {
  const { dataset, profile, request } = options;
  const empty = new Set(profile.columns.filter((column) => valueCount(column) === 0).map(({ name }) => name));
  const all = requested({ columns: dataset.columns, request, empty });
  const isEmpty = ([x, y]: ColumnPair) => empty.has(x.name) || empty.has(y.name);
  const pairs = all.filter((pair) => !isEmpty(pair));
  const numbers = pairs.filter(([x]) => x.kind !== 'string');
  const found = new Map<string, PairProfile>();
  for (const [x, y] of all.filter(isEmpty)) {
    found.set(JSON.stringify([x.name, y.name]), { kind: 'numbers', x: x.name, y: y.name, count: 0, moments: null });
  }
  for (const pair of await numberPairs(dataset, numbers)) found.set(JSON.stringify([pair.x, pair.y]), pair);
  for (const [x, y] of pairs.filter(([first]) => first.kind === 'string')) {
    found.set(JSON.stringify([x.name, y.name]), await categoryPair(dataset, x, y));
  }
  return all.flatMap(([x, y]) => found.get(JSON.stringify([x.name, y.name])) ?? []);
}

type ColumnPair = readonly [x: Column, y: Column];

/** Each pair once, x before y in the order of the columns. */
function requested(options: {
  readonly columns: readonly Column[];
  readonly request: PairRequest;
  readonly empty: ReadonlySet<string>;
}): readonly ColumnPair[] {
  const { columns, request, empty } = options;
  const classOf = ({ kind }: Column) => (kind === 'embedding' || kind === 'string' ? kind : 'number');
  const isAlike = (x: Column, y: Column) => classOf(x) === classOf(y) || empty.has(x.name) || empty.has(y.name);
  if (request === 'all') {
    const usable = columns.filter(({ kind }) => kind !== 'embedding');
    const pairs = usable.flatMap((x, at) =>
      usable.slice(at + 1).flatMap((y) => (isAlike(x, y) ? [[x, y] as const] : [])),
    );
    return refuseMany(pairs);
  }
  const place = (name: string) => {
    const at = columns.findIndex((column) => column.name === name);
    if (at >= 0) return at;
    const known = columns.slice(0, 20).map((column) => column.name);
    throw new AppError('bad-input', `expected a column ${name}, found ${known.join(', ')}; correct the pair`);
  };
  const pairs = request.map(([a, b]) => {
    const [x, y] = [place(a), place(b)].sort((p, q) => p - q).map((at) => columns[at]);
    if (x === undefined || y === undefined || x === y || !isAlike(x, y) || x.kind === 'embedding') {
      throw new AppError(
        'bad-input',
        `expected two columns of numbers or two of texts, found ${a} (${x?.kind}) and ${b} (${y?.kind}); name others`,
      );
    }
    return [x, y] as const;
  });
  const keys = pairs.map(([x, y]) => JSON.stringify([x.name, y.name]));
  return refuseMany(pairs.filter((_, at) => keys.indexOf(keys[at] ?? '') === at));
}

function refuseMany(pairs: readonly ColumnPair[]): readonly ColumnPair[] {
  if (pairs.length <= mostPairs) return pairs;
  throw new AppError(
    'too-large',
    `expected at most ${mostPairs} pairs of columns, found ${pairs.length}; name those that matter`,
  );
}

async function numberPairs(dataset: Dataset, pairs: readonly ColumnPair[]): Promise<readonly PairProfile[]> {
  if (pairs.length === 0) return [];
  const columns = [...new Set(pairs.flat())];
  const names = new Map(columns.map((column, at) => [column, `c${at}`]));
  const inner = columns.map((column) => `${asNumber(column)} AS ${names.get(column)}`);
  const select = pairs.flatMap(([first, second], at) => {
    const [x, y] = [names.get(first), names.get(second)];
    const small = `FILTER (abs(${x}) <= ${largest} AND abs(${y}) <= ${largest})`;
    return [
      `count(*) FILTER (isfinite(${x}) AND isfinite(${y}))::DOUBLE AS n${at}`,
      `count(*) ${small}::DOUBLE AS small${at}`,
      `avg(${x}) ${small} AS mean_x${at}`,
      `avg(${y}) ${small} AS mean_y${at}`,
      `var_pop(${x}) ${small} AS var_x${at}`,
      `var_pop(${y}) ${small} AS var_y${at}`,
      `covar_pop(${x}, ${y}) ${small} AS covar${at}`,
    ];
  });
  const [row] = await dataset.query(`SELECT ${select.join(', ')} FROM (SELECT ${inner.join(', ')} FROM data)`);
  return pairs.map(([x, y], at): PairProfile => {
    const value = (name: string) => Number(row?.[`${name}${at}`] ?? 0);
    const count = value('n');
    const moments = {
      meanX: value('mean_x'),
      meanY: value('mean_y'),
      squaresX: value('var_x') * count,
      squaresY: value('var_y') * count,
      products: value('covar') * count,
    };
    const isKnown = count > 0 && value('small') === count && Object.values(moments).every(Number.isFinite);
    return { kind: 'numbers', x: x.name, y: y.name, count, moments: isKnown ? moments : null };
  });
}

async function categoryPair(dataset: Dataset, x: Column, y: Column): Promise<PairProfile> {
  const grouped = `SELECT x, y, count(*) AS n FROM (SELECT ${labelOf(`${quoted(x.name)}::VARCHAR`)} AS x,
    ${labelOf(`${quoted(y.name)}::VARCHAR`)} AS y FROM data) WHERE x IS NOT NULL AND y IS NOT NULL GROUP BY x, y`;
  await dataset.query(`CREATE OR REPLACE TEMP TABLE cells AS ${grouped}`);
  const [totals] = await dataset.query('SELECT count(*)::DOUBLE AS cells, coalesce(sum(n), 0)::DOUBLE AS n FROM cells');
  const table =
    Number(totals?.['cells']) <= cellLimit
      ? tableOf(
          (await dataset.query('SELECT x, y, n::DOUBLE AS n FROM cells')).map(
            (row) => [String(row['x']), String(row['y']), Number(row['n'])] as const,
          ),
        )
      : await hashedCells(dataset);
  await dataset.query('DROP TABLE cells');
  return { kind: 'categories', x: x.name, y: y.name, count: Number(totals?.['n']), table };
}

/** The same classes as hashedTable() of pair-profile.ts, computed where the texts are. */
async function hashedCells(dataset: Dataset) {
  const place = (name: string) => `(('0x' || md5(${name})[1:3])::INTEGER >> 7)`;
  const rows = await dataset.query(
    `SELECT ${place('x')} * 32 + ${place('y')} AS cell, sum(n)::DOUBLE AS n FROM cells GROUP BY 1`,
  );
  const cells = new Array<number>(registers).fill(0);
  for (const { cell, n } of rows) cells[Number(cell)] = Number(n);
  return { kind: 'hashed' as const, cells };
}

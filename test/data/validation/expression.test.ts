import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { openDataset } from '../../../src/data/dataset.ts';
import { type BinaryOperator, type Expression, parseExpression } from '../../../src/data/validation/expression.ts';
import { expressionSql } from '../../../src/data/validation/expression-sql.ts';
import { ExpressionError } from '../../../src/data/validation/expression-tokens.ts';
import { temporaryFolder } from '../temporary-folder.ts';

/** An expression with every bracket written, and no place. */
function printed(expression: Expression): string {
  switch (expression.kind) {
    case 'number':
    case 'boolean':
      return String(expression.value);
    case 'text':
      return `'${expression.value.replaceAll("'", "''")}'`;
    case 'column':
      return `\`${expression.name.replaceAll('`', '``')}\``;
    case 'negative':
      return `(-${printed(expression.operand)})`;
    case 'not':
      return `(not ${printed(expression.operand)})`;
    case 'binary':
      return `(${printed(expression.left)} ${expression.operator} ${printed(expression.right)})`;
    case 'missing':
      return `(${printed(expression.operand)} is ${expression.isNegated ? 'not ' : ''}missing)`;
    case 'in':
      return `(${printed(expression.operand)} ${expression.isNegated ? 'not ' : ''}in (${expression.options.map(printed).join(', ')}))`;
    case 'matches':
      return `(${printed(expression.operand)} matches "${expression.pattern.replaceAll('"', '""')}")`;
    case 'call':
      return `${expression.name}(${expression.inputs.map(printed).join(', ')})`;
    default:
      return expression satisfies never;
  }
}

const at = 0;
const binary = (operator: BinaryOperator, left: Expression, right: Expression): Expression => ({
  kind: 'binary',
  operator,
  left,
  right,
  at,
});
const operators = ['implies', 'or', 'and', '=', '!=', '<', '<=', '>', '>=', '+', '-', '*', '/', '%'] as const;

const { tree } = fc.letrec<{ tree: Expression }>((tie) => ({
  tree: fc.oneof(
    { depthSize: 'small' },
    fc.double({ min: 0, noNaN: true, noDefaultInfinity: true }).map((value): Expression => ({ kind: 'number', value })),
    fc.string({ unit: 'grapheme' }).map((value): Expression => ({ kind: 'text', value })),
    fc.string({ minLength: 1, unit: 'grapheme' }).map((name): Expression => ({ kind: 'column', name, at })),
    fc.boolean().map((value): Expression => ({ kind: 'boolean', value })),
    tie('tree').map((operand): Expression => ({ kind: 'not', operand, at })),
    tie('tree').map((operand): Expression => ({ kind: 'negative', operand, at })),
    fc.tuple(fc.constantFrom(...operators), tie('tree'), tie('tree')).map((parts) => binary(...parts)),
    fc
      .tuple(tie('tree'), fc.boolean())
      .map(([operand, isNegated]): Expression => ({ kind: 'missing', operand, isNegated, at })),
    fc
      .tuple(tie('tree'), fc.array(tie('tree'), { minLength: 1, maxLength: 3 }), fc.boolean())
      .map(([operand, options, isNegated]): Expression => ({ kind: 'in', operand, options, isNegated, at })),
    fc
      .tuple(tie('tree'), fc.string())
      .map(([operand, pattern]): Expression => ({ kind: 'matches', operand, pattern, at })),
    fc
      .array(tie('tree'), { maxLength: 3 })
      .map((inputs): Expression => ({ kind: 'call', name: 'coalesce', inputs, at })),
  ),
}));

describe('the language of expressions', () => {
  test('what is printed with every bracket is read as it was', () => {
    fc.assert(
      fc.property(tree, (expression) => {
        expect(printed(parseExpression(printed(expression)))).toBe(printed(expression));
      }),
    );
  });

  test('any text is read or refused with a place in it', () => {
    const words = fc.array(
      fc.oneof(
        fc.constantFrom(
          ...operators,
          'not',
          'in',
          'is',
          'missing',
          'matches',
          '(',
          ')',
          ',',
          "'a'",
          '`b`',
          'c',
          '1.5e3',
          '"',
          '--',
          ';',
        ),
        fc.string(),
      ),
    );
    fc.assert(
      fc.property(words, (parts) => {
        const text = parts.join(' ');
        try {
          parseExpression(text);
        } catch (error) {
          expect(error).toBeInstanceOf(ExpressionError);
          expect((error as ExpressionError).at).toBeGreaterThan(0);
          expect((error as ExpressionError).at).toBeLessThanOrEqual(text.length + 1);
        }
      }),
    );
  });

  test.each([
    ['a + b * c - d', '((`a` + (`b` * `c`)) - `d`)'],
    ['a = 1 or b = 2 and not c = 3', '((`a` = 1) or ((`b` = 2) and (not (`c` = 3))))'],
    ['a implies b implies c', '(`a` implies (`b` implies `c`))'],
    ['-a % 2 >= 0', '(((-`a`) % 2) >= 0)'],
    ['`total price` is not missing', '(`total price` is not missing)'],
    ['größe not in (1, 2.5e3)', '(`größe` not in (1, 2500))'],
    [`name matches "[a-z]""+"`, '(`name` matches "[a-z]""+")'],
    ["text(a) = 'it''s'", "(text(`a`) = 'it''s')"],
  ])('%s is %s', (text, meaning) => {
    expect(printed(parseExpression(text))).toBe(meaning);
  });

  test.each([
    ['a < b < c', 'expected `and` between two comparisons, found a chain', 7],
    ['a = ', 'expected a column, a value or (, found the end', 5],
    ["a = 'x", "expected a closing ', found none", 5],
    ['a; drop', 'expected a word or a sign, found ;', 2],
    ['not', 'expected a column, a value or (, found the end', 4],
    ['and = 1', 'expected a column or a value, found the word and', 1],
    ['1e999 > a', 'expected a number that a double holds, found 1e999', 1],
    ['a in ()', 'expected at least one value, found none', 3],
    ['('.repeat(60), 'expected at most 50 levels, found more', 51],
  ])('%s is refused: %s at %d', (text, message, place) => {
    const error = refusal(text);

    expect(`expected ${error?.message}`).toContain(message);
    expect(error?.at).toBe(place);
  });
});

function refusal(text: string): ExpressionError | null {
  try {
    parseExpression(text);
    return null;
  } catch (error) {
    return error instanceof ExpressionError ? error : null;
  }
}

describe('an expression as SQL', () => {
  const scope = {
    columnNamed: (name: string) => (name === 'n' ? ({ type: 'number', sql: 'n' } as const) : null),
    columnNames: ['n'],
    now: 0,
  };
  const numeric = fc.letrec<{ tree: Expression }>((tie) => ({
    tree: fc.oneof(
      { depthSize: 'small' },
      fc.integer({ min: 0, max: 9 }).map((value): Expression => ({ kind: 'number', value })),
      fc.constant<Expression>({ kind: 'column', name: 'n', at }),
      tie('tree').map((operand): Expression => ({ kind: 'negative', operand, at })),
      fc.tuple(fc.constantFrom('+', '-', '*'), tie('tree'), tie('tree')).map((parts) => binary(...parts)),
    ),
  })).tree;

  function computed(expression: Expression, n: number): number {
    if (expression.kind === 'number') return expression.value;
    if (expression.kind === 'negative') return -computed(expression.operand, n);
    if (expression.kind !== 'binary') return n;
    const [left, right] = [computed(expression.left, n), computed(expression.right, n)];
    return expression.operator === '+' ? left + right : expression.operator === '-' ? left - right : left * right;
  }

  test('computes what the expression says', async () => {
    using folder = temporaryFolder({ 'n.csv': 'n\n3\n' });
    await using dataset = await openDataset({ root: folder.path, paths: ['n.csv'] });
    const trees = fc.sample(numeric, { numRuns: 200, seed: 7 });
    const select = trees.map((expression, index) => `${expressionSql(expression, scope).sql} AS v${index}`);

    const [row] = await dataset.query(`SELECT ${select.join(', ')} FROM data`);

    expect(trees.map((_, index) => Number(row?.[`v${index}`]) + 0)).toEqual(
      trees.map((expression) => computed(expression, 3) + 0),
    );
  });

  test('texts of any kind stay literals: the query parses, and finds the text equal to itself', async () => {
    using folder = temporaryFolder({ 'n.csv': 'n\n3\n' });
    await using dataset = await openDataset({ root: folder.path, paths: ['n.csv'] });
    // A NUL ends what a C interface reads; YAML lets none through.
    const hostile = [
      "'; DROP TABLE data; --",
      '\\',
      "''",
      '$1',
      '/*',
      ...fc.sample(fc.string(), { numRuns: 100, seed: 7 }),
    ];
    const select = hostile.map((value, index) => {
      const text: Expression = { kind: 'text', value: value.replaceAll('\0', '') };
      return `${expressionSql(binary('=', text, text), scope).sql} AS v${index}`;
    });

    const [row] = await dataset.query(`SELECT ${select.join(', ')} FROM data`);

    expect(Object.values(row ?? {})).toEqual(hostile.map(() => true));
  });
});

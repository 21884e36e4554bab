import { nearest } from '../../policy/nearest.ts';
import { literal } from '../column.ts';
import type { TypedValue, ValueType } from './column-value.ts';
import type { BinaryOperator, Expression } from './expression.ts';
import { callSql, functionNames } from './expression-functions.ts';
import { ExpressionError } from './expression-tokens.ts';
import { secondsOfTime } from './time-text.ts';

/** What an expression may speak of. */
export interface ExpressionScope {
  /** Null when there is no such column. */
  columnNamed(name: string): TypedValue | null;
  readonly columnNames: readonly string[];
  /** Seconds since 1970. */
  readonly now: number;
}

/**
 * An expression as SQL. Everything in it is checked: only columns, operators and functions of the language get through,
 * values are literals. Throws ExpressionError on an unknown name and on values of types that do not fit.
 */
export function expressionSql(expression: Expression, scope: ExpressionScope): TypedValue {
  const inner = (operand: Expression) => expressionSql(operand, scope);
  switch (expression.kind) {
    case 'number':
      return { type: 'number', sql: `${expression.value}::DOUBLE` };
    case 'text':
      return { type: 'text', sql: literal(expression.value) };
    case 'boolean':
      return { type: 'boolean', sql: String(expression.value) };
    case 'column':
      return columnSql(expression, scope);
    case 'negative':
      return { type: 'number', sql: `(- ${typed(inner(expression.operand), 'number', expression.at)})` };
    case 'not':
      return { type: 'boolean', sql: `(NOT ${typed(inner(expression.operand), 'boolean', expression.at)})` };
    case 'missing':
      return {
        type: 'boolean',
        sql: `(${inner(expression.operand).sql} IS ${expression.isNegated ? 'NOT ' : ''}NULL)`,
      };
    case 'matches': {
      const text = typed(inner(expression.operand), 'text', expression.at);
      return { type: 'boolean', sql: `regexp_full_match(${text}, ${literal(expression.pattern)})` };
    }
    case 'in':
      return inSql(expression, scope);
    case 'binary':
      return binarySql(expression, scope);
    case 'call': {
      const call = callSql({ ...expression, inputs: expression.inputs.map(inner), now: scope.now });
      if (call !== null) return call;
      const near = nearest(expression.name, functionNames);
      const fix = near === null ? `one of ${functionNames.join(', ')}` : `did you mean ${near}?`;
      throw new ExpressionError(`a known function, found ${expression.name}: ${fix}`, expression.at);
    }
    default:
      return expression satisfies never;
  }
}

function columnSql({ name, at }: Extract<Expression, { kind: 'column' }>, scope: ExpressionScope): TypedValue {
  const column = scope.columnNamed(name);
  if (column !== null) return column;
  const near = nearest(name, scope.columnNames);
  throw new ExpressionError(`a column of the data, found ${name}${near === null ? '' : `: did you mean ${near}?`}`, at);
}

function binarySql(expression: Extract<Expression, { kind: 'binary' }>, scope: ExpressionScope): TypedValue {
  const { operator, at } = expression;
  const [left, right] = comparable(expression.left, expression.right, scope);
  const both = (type: ValueType) => [typed(left, type, at), typed(right, type, at)] as const;
  switch (operator) {
    case 'implies': {
      const [condition, consequence] = both('boolean');
      return { type: 'boolean', sql: `(NOT ${condition} OR ${consequence})` };
    }
    case 'and':
    case 'or':
      return { type: 'boolean', sql: `(${both('boolean').join(` ${operator.toUpperCase()} `)})` };
    case '+':
    case '-':
    case '*':
    case '/':
    case '%':
      return { type: 'number', sql: `(${both('number').join(` ${operator} `)})` };
    default:
      requireSame({ left, right, operator, at });
      return { type: 'boolean', sql: `(${left.sql} ${operator} ${right.sql})` };
  }
}

function inSql({ operand, options, isNegated, at }: Extract<Expression, { kind: 'in' }>, scope: ExpressionScope) {
  const value = expressionSql(operand, scope);
  const among = options.map((option) => {
    const [, right] = comparable(operand, option, scope);
    requireSame({ left: value, right, operator: 'in', at });
    return right.sql;
  });
  return { type: 'boolean' as const, sql: `(${value.sql} ${isNegated ? 'NOT ' : ''}IN (${among.join(', ')}))` };
}

/** Both sides; a text literal beside a time is read as a time. */
function comparable(left: Expression, right: Expression, scope: ExpressionScope): readonly [TypedValue, TypedValue] {
  const [one, other] = [expressionSql(left, scope), expressionSql(right, scope)];
  return [asTime(left, one, other), asTime(right, other, one)];
}

function asTime(expression: Expression, own: TypedValue, beside: TypedValue): TypedValue {
  if (expression.kind !== 'text' || beside.type !== 'time') return own;
  const seconds = secondsOfTime(expression.value);
  return seconds === null ? own : { type: 'time', sql: `${seconds}::DOUBLE` };
}

function requireSame(options: {
  readonly left: TypedValue;
  readonly right: TypedValue;
  readonly operator: BinaryOperator | 'in';
  readonly at: number;
}): void {
  const { left, right, operator, at } = options;
  if (left.type === right.type) return;
  throw new ExpressionError(
    `two values of one type beside ${operator}, found ${left.type} and ${right.type}: give the columns a \`type\` in the schema`,
    at,
  );
}

function typed({ type, sql }: TypedValue, expected: ValueType, at: number): string {
  if (type === expected) return sql;
  const hint = expected === 'boolean' ? '' : ': give the column a `type` in the schema';
  throw new ExpressionError(`a value of type ${expected}, found ${type}${hint}`, at);
}

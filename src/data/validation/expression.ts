import { ExpressionError, expressionTokens, type Token } from './expression-tokens.ts';

/** An expression about the columns of one row, as parseExpression() reads it. */
export type Expression =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'text'; readonly value: string }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'column'; readonly name: string; readonly at: number }
  | { readonly kind: 'negative' | 'not'; readonly operand: Expression; readonly at: number }
  | {
      readonly kind: 'binary';
      readonly operator: BinaryOperator;
      readonly left: Expression;
      readonly right: Expression;
      readonly at: number;
    }
  | { readonly kind: 'missing'; readonly operand: Expression; readonly isNegated: boolean; readonly at: number }
  | {
      readonly kind: 'in';
      readonly operand: Expression;
      readonly options: readonly Expression[];
      readonly isNegated: boolean;
      readonly at: number;
    }
  | { readonly kind: 'matches'; readonly operand: Expression; readonly pattern: string; readonly at: number }
  | { readonly kind: 'call'; readonly name: string; readonly inputs: readonly Expression[]; readonly at: number };

/** From the loosest to the tightest; each level groups from the left, `implies` from the right, comparisons not at all. */
const levels = [['implies'], ['or'], ['and'], ['=', '!=', '<', '<=', '>', '>='], ['+', '-'], ['*', '/', '%']] as const;

/** The operators between two values. */
export type BinaryOperator = (typeof levels)[number][number];

const words = new Set(['and', 'or', 'not', 'implies', 'in', 'is', 'missing', 'matches', 'true', 'false']);
const deepest = 50;

/** The grammar is in docs/validation.md. Throws ExpressionError, which says what was expected where. */
export function parseExpression(source: string): Expression {
  const parser: Parser = { tokens: expressionTokens(source), next: 0, depth: 0 };
  const expression = implication(parser);
  if (peek(parser).kind !== 'end') throw unexpected(parser, 'an operator or the end');
  return expression;
}

interface Parser {
  readonly tokens: readonly Token[];
  next: number;
  depth: number;
}

function implication(parser: Parser): Expression {
  parser.depth += 1;
  if (parser.depth > deepest) throw new ExpressionError(`at most ${deepest} levels, found more`, peek(parser).at);
  const left = chain(parser, 1);
  const operator = take(parser, levels[0]);
  const result: Expression =
    operator === null
      ? left
      : { kind: 'binary', operator: 'implies', left, right: implication(parser), at: operator.at };
  parser.depth -= 1;
  return result;
}

/** The levels `or`, `and`, and those of arithmetic: `a - b - c` is `(a - b) - c`. */
function chain(parser: Parser, level: 1 | 2 | 4 | 5): Expression {
  const inner = () => {
    if (level === 1) return chain(parser, 2);
    if (level === 2) return negation(parser);
    return level === 4 ? chain(parser, 5) : signed(parser);
  };
  let left = inner();
  for (;;) {
    const operator = take(parser, levels[level]);
    if (operator === null) return left;
    left = { kind: 'binary', operator: operator.text, left, right: inner(), at: operator.at };
  }
}

function negation(parser: Parser): Expression {
  const not = take(parser, ['not']);
  if (not === null) return comparison(parser);
  return { kind: 'not', operand: deeper(parser, negation), at: not.at };
}

function comparison(parser: Parser): Expression {
  const left = chain(parser, 4);
  const operator = take(parser, levels[3]);
  if (operator !== null) {
    const right = chain(parser, 4);
    const chained = take(parser, levels[3]);
    if (chained !== null) throw new ExpressionError('`and` between two comparisons, found a chain', chained.at);
    return { kind: 'binary', operator: operator.text, left, right, at: operator.at };
  }
  const is = take(parser, ['is']);
  if (is !== null) {
    const isNegated = take(parser, ['not']) !== null;
    if (take(parser, ['missing']) === null) throw unexpected(parser, '`missing` or `not missing`');
    return { kind: 'missing', operand: left, isNegated, at: is.at };
  }
  const matches = take(parser, ['matches']);
  if (matches !== null) {
    const pattern = advance(parser);
    if (pattern.kind !== 'text') throw new ExpressionError('a pattern in quotes', pattern.at);
    return { kind: 'matches', operand: left, pattern: pattern.text, at: matches.at };
  }
  return membership(parser, left);
}

function membership(parser: Parser, operand: Expression): Expression {
  const not = take(parser, ['not']);
  const among = take(parser, ['in']);
  if (among === null) {
    if (not !== null) throw unexpected(parser, '`in`');
    return operand;
  }
  expectSign(parser, '(');
  const options = list(parser);
  if (options.length === 0) throw new ExpressionError('at least one value, found none', among.at);
  return { kind: 'in', operand, options, isNegated: not !== null, at: among.at };
}

function signed(parser: Parser): Expression {
  const minus = take(parser, ['-']);
  return minus === null ? primary(parser) : { kind: 'negative', operand: deeper(parser, signed), at: minus.at };
}

function primary(parser: Parser): Expression {
  const token = advance(parser);
  switch (token.kind) {
    case 'number': {
      const value = Number(token.text);
      if (!Number.isFinite(value))
        throw new ExpressionError(`a number that a double holds, found ${token.text}`, token.at);
      return { kind: 'number', value };
    }
    case 'text':
      return { kind: 'text', value: token.text };
    case 'quoted-name':
      return { kind: 'column', name: token.text, at: token.at };
    case 'name':
      return named(parser, token);
    case 'sign':
      if (token.text !== '(') break;
      return parenthesised(parser);
    case 'end':
      break;
    default:
      token.kind satisfies never;
  }
  throw new ExpressionError(`a column, a value or (, found ${token.text}`, token.at);
}

function named(parser: Parser, { text, at }: Token): Expression {
  if (text === 'true' || text === 'false') return { kind: 'boolean', value: text === 'true' };
  if (words.has(text)) {
    throw new ExpressionError(
      `a column or a value, found the word ${text} (a column of this name is written \`${text}\`)`,
      at,
    );
  }
  if (take(parser, ['(']) === null) return { kind: 'column', name: text, at };
  return { kind: 'call', name: text, inputs: list(parser), at };
}

function parenthesised(parser: Parser): Expression {
  const inner = implication(parser);
  expectSign(parser, ')');
  return inner;
}

/** Expressions up to a closing parenthesis, which is taken. */
function list(parser: Parser): readonly Expression[] {
  if (take(parser, [')']) !== null) return [];
  const inputs = [implication(parser)];
  while (take(parser, [',']) !== null) inputs.push(implication(parser));
  expectSign(parser, ')');
  return inputs;
}

function deeper(parser: Parser, inner: (parser: Parser) => Expression): Expression {
  parser.depth += 1;
  if (parser.depth > deepest) throw new ExpressionError(`at most ${deepest} levels, found more`, peek(parser).at);
  const result = inner(parser);
  parser.depth -= 1;
  return result;
}

function expectSign(parser: Parser, sign: string): void {
  if (take(parser, [sign]) === null) throw unexpected(parser, sign);
}

/** The next token when it is one of these signs or words (never a quoted name of the same letters), else null. */
function take<Text extends string>(
  parser: Parser,
  texts: readonly Text[],
): { readonly text: Text; readonly at: number } | null {
  const { kind, text, at } = peek(parser);
  const found = kind === 'sign' || kind === 'name' ? texts.find((one) => one === text) : undefined;
  if (found === undefined) return null;
  parser.next += 1;
  return { text: found, at };
}

function advance(parser: Parser): Token {
  const token = peek(parser);
  parser.next += 1;
  return token;
}

function peek({ tokens, next }: Parser): Token {
  return tokens[next] ?? { kind: 'end', text: 'the end', at: 0 };
}

function unexpected(parser: Parser, expected: string): ExpressionError {
  const { text, at } = peek(parser);
  return new ExpressionError(`${expected}, found ${text}`, at);
}

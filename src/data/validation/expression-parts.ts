import type { Expression } from './expression.ts';

/** Every regular expression that an expression holds. */
export function patternsOf(expression: Expression): readonly string[] {
  return partsOf(expression).flatMap((part) => (part.kind === 'matches' ? [part.pattern] : []));
}

/** Every column that an expression speaks of, as often as it does. */
export function columnsOf(expression: Expression): readonly string[] {
  return partsOf(expression).flatMap((part) => (part.kind === 'column' ? [part.name] : []));
}

function partsOf(expression: Expression): readonly Expression[] {
  return [expression, ...inner(expression).flatMap(partsOf)];
}

function inner(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case 'number':
    case 'text':
    case 'boolean':
    case 'column':
      return [];
    case 'binary':
      return [expression.left, expression.right];
    case 'call':
      return expression.inputs;
    case 'in':
      return [expression.operand, ...expression.options];
    case 'matches':
    case 'negative':
    case 'not':
    case 'missing':
      return [expression.operand];
    default:
      return expression satisfies never;
  }
}

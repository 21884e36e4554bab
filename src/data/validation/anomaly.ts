import type { Check } from '../check.ts';
import { isAcceptable } from './widen.ts';

/** What to do about a broken rule: correct the data, or say in the schema that they are right. */
export function anomalyFix(check: Pick<Check, 'anomaly' | 'column' | 'rule'>): string {
  const name = check.column === '' ? check.rule : `${shortened(check.column)}.${check.rule}`;
  // A name that a shell would take apart is quoted for it.
  const typed = /^[\w.-]+$/.test(name) ? name : `'${name.replaceAll("'", "'\\''")}'`;
  const accept = `\`siskin validate … --accept ${typed}\``;
  if (isOnlyForPeople(check)) return `${lookAt[check.anomaly]}; if they are right, change the rule in the schema`;
  switch (check.anomaly) {
    case 'missing-column':
      return `add the column to the data; if it may be absent, ${accept} writes \`required: false\``;
    case 'new-column':
      return 'leave it out of the data; if it belongs there, `siskin validate … --update` adds it to the schema';
    case 'wrong-type':
      return `correct the values; if the type is right now, ${accept} writes the one that fits`;
    case 'missing-values':
      return `fill the values in; if they may be missing, ${accept} says so`;
    case 'out-of-range':
      return `correct the values; if they are right, ${accept} widens the range`;
    case 'wrong-form':
      return 'correct the values; if they are right, change the rule in the schema';
    case 'new-category':
      return `correct the spelling; if the values are new and right, ${accept} adds them`;
    case 'duplicates':
      return `take the repeated rows out; if values may repeat, ${accept} says so`;
    case 'unknown-key':
      return 'add the rows to the other data, or take those that refer to nothing out of this';
    case 'stale':
      return 'bring newer data, and look why they stopped or whether clocks are wrong';
    case 'row-count':
      return `look whether the data are whole; if so, ${accept} moves the bound`;
    case 'distribution':
      return 'look what changed where the data come from; if it is right, change the bound in the schema';
    case 'expression':
      return 'correct the rows; if they are right, change the expression';
    case 'leakage':
      return 'take the column out of the features if it is known only after the target; if not, add it to `leakage.ignore`';
    case 'overlap':
      return 'take these rows out of the training data, or the holdout measures memory';
    default:
      return check.anomaly satisfies never;
  }
}

type Widened = 'out-of-range' | 'duplicates' | 'missing-values' | 'wrong-type' | 'new-category' | 'row-count';

/** What `--accept` widens where it can. */
const lookAt: Readonly<Record<Widened, string>> = {
  'out-of-range': 'correct the values',
  duplicates: 'take the repeated rows out',
  'missing-values': 'fill the values in',
  'wrong-type': 'correct the values',
  'new-category': 'correct the spelling of the values',
  'row-count': 'look whether the data are whole',
};

/** Whether a rule is of a kind that `--accept` widens, but has no value that it could set. */
function isOnlyForPeople(
  check: Pick<Check, 'anomaly' | 'rule'>,
): check is { readonly anomaly: Widened; readonly rule: string } {
  return Object.hasOwn(lookAt, check.anomaly) && !isAcceptable(check);
}

function shortened(name: string): string {
  const plain = name.replaceAll(/[`\p{C}]/gu, ' ');
  return plain.length > 60 ? `${plain.slice(0, 59)}…` : plain;
}

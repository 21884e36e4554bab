import type { Check } from '../check.ts';

/** What to do about a broken rule: correct the data, or say in the schema that they are right. */
export function anomalyFix(check: Pick<Check, 'anomaly' | 'column' | 'rule'>): string {
  const accept = `\`siskin validate … --accept ${shortened(check.column)}.${check.rule}\``;
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

function shortened(name: string): string {
  const plain = name.replaceAll(/[`\p{C}]/gu, ' ');
  return plain.length > 60 ? `${plain.slice(0, 59)}…` : plain;
}

import { withoutSecrets } from '../../hygiene/secret.ts';

const longest = 40;

/**
 * A value of a row as a report may show it: short, without control characters, and without what looks secret or
 * personal (tokens, e-mail addresses, card numbers, long random words), of which only the beginning is kept.
 */
export function shownValue(value: string): string {
  // Only so much of a huge cell is looked at; the rest is cut off below in any case.
  const plain = withoutSecrets(value.slice(0, 500).replace(/\p{C}/gu, '�'))
    .replace(/([\p{L}\p{N}])[\p{L}\p{N}._%+-]{0,63}@([\p{L}\p{N}-]{1,63}\.[\p{L}\p{N}.-]{2,63})/gu, '$1…@$2')
    .replace(/\b\d(?:[ -]?\d){12,18}\b/g, (digits) => (isCardNumber(digits) ? `${digits.slice(0, 2)}…` : digits))
    .replace(/[\p{L}\p{N}+/_=-]{24,}/gu, (word) => (isRandom(word) ? `${word.slice(0, 4)}…` : word));
  const points = [...plain];
  return points.length > longest ? `${points.slice(0, longest - 1).join('')}…` : plain;
}

/** Stands for a value of a column that the schema says to hide. */
export const hiddenValue = '[hidden]';

/** The check digit of Luhn (ISO/IEC 7812) tells card numbers from most other long numbers. */
function isCardNumber(text: string): boolean {
  const digits = [...text.replaceAll(/\D/g, '')].map(Number).reverse();
  const sum = digits.reduce((all, digit, at) => {
    const doubled = at % 2 === 1 ? digit * 2 : digit;
    return all + (doubled > 9 ? doubled - 9 : doubled);
  }, 0);
  return sum % 10 === 0;
}

/** Letters and digits mixed, as in keys and digests and in no word. */
function isRandom(word: string): boolean {
  return /\d/.test(word) && /\p{L}/u.test(word) && new Set(word).size >= 10;
}

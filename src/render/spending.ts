import type { Left } from '../decide/budget.ts';
import type { BudgetLimit, Spending } from '../policy/budget-limit.ts';
import { fixed } from './number.ts';

const space = '\u202F';

/** `$0.21`, `€1 200.50`: to the cent, and to two digits below one. */
export function money(micros: number, currency: string): string {
  const value = micros / 1_000_000;
  const decimals = micros === 0 || value >= 0.1 ? 2 : Math.min(6, 1 - Math.floor(Math.log10(value)));
  const sign = signs[currency];
  const number = fixed(value, decimals);
  return sign === undefined ? `${number}${space}${currency}` : `${sign}${number}`;
}

const signs: Readonly<Record<string, string>> = { USD: '$', EUR: '€', GBP: '£', JPY: '¥' };

/** `0.10 h`: to the hundredth of an hour, below that to two digits. */
export function hours(seconds: number, of: 'h' | 'GPU h' | 'runner h' = 'h'): string {
  const value = seconds / 3600;
  const decimals = seconds === 0 || value >= 0.1 ? 2 : Math.min(4, 1 - Math.floor(Math.log10(value)));
  return `${fixed(value, decimals)}${space}${of}`;
}

/** Hours, and money where it has a price: `0.10 h, $0.21`. */
export function spending({ seconds, micros }: Spending, currency: string | null): string {
  return [hours(seconds), ...(currency === null ? [] : [money(micros, currency)])].join(', ');
}

/** Whose budget over which time: `budget of this pull request today`. */
export function limitName({ per, window }: Pick<BudgetLimit, 'per' | 'window'>): string {
  return `budget of ${owners[per]} ${times[window]}`;
}

const owners = {
  'pull-request': 'this pull request',
  person: 'this person',
  repository: 'this repository',
  organisation: 'the organisation',
} as const;

const times = { day: 'today', month: 'this month', total: 'in total' } as const;

/** `budget of this repository left today $9.40`. */
export function leftWords({ per, window, seconds, micros }: Left, currency: string): string {
  const left = [
    ...(micros === null ? [] : [money(micros, currency)]),
    ...(seconds === null ? [] : [hours(seconds)]),
  ].join(' and ');
  const whose = per === 'repository' ? 'budget' : `budget of ${owners[per]}`;
  return `${whose} left ${times[window]} ${left}`;
}

import type { Left, Overrun } from '../decide/budget.ts';
import type { RunCost } from '../decide/run-cost.ts';
import type { Spared } from '../decide/spared.ts';
import type { Budget } from '../facts/budget-facts.ts';
import type { BudgetLimit, Spending } from '../policy/budget-limit.ts';
import { table } from './markdown.ts';
import { duration, fixed } from './number.ts';

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

/** Whose budget over which time: `budget of this pull request today`. Without a person it is any person's. */
export function limitName({ per, window }: Pick<BudgetLimit, 'per' | 'window'>, person?: string): string {
  return `budget of ${ownerOf(per, person)} ${times[window]}`;
}

function ownerOf(per: BudgetLimit['per'], person: string | undefined): string {
  const owners = {
    'pull-request': 'this pull request',
    person: person === undefined ? 'each person' : `\`${person}\``,
    repository: 'this repository',
    organisation: 'the organisation',
  } as const;
  return owners[per];
}

const times = { day: 'today', month: 'this month', total: 'in total' } as const;

/** `the budget of this repository today has $1.20 left of $10.00, and this run would take about $2.50`. */
export function overrunSentence(overrun: Overrun): string {
  const { limit, spent, wanted, basis } = overrun;
  const inMoney = limit.micros !== null && spent.micros + wanted.micros > limit.micros;
  const show = (amount: Spending) => (inMoney ? money(amount.micros, overrun.currency) : hours(amount.seconds));
  const whole = { seconds: limit.seconds ?? 0, micros: limit.micros ?? 0 };
  const left = {
    seconds: Math.max(0, whole.seconds - spent.seconds),
    micros: Math.max(0, whole.micros - spent.micros),
  };
  const about = basis === 'past' ? 'about' : 'up to';
  return `the ${limitName(limit, overrun.person)} has ${show(left)} left of ${show(whole)}, and this run would take ${about} ${show(wanted)}`;
}

/** What can be done about it in a pull request, as prose; `again` is what to type once it frees up. */
export function overrunFix(
  overrun: Overrun,
  { head, again }: { readonly head: string; readonly again: string },
): string {
  const approve = `\`/approve-budget @${head.slice(0, 7)}\``;
  return `${freesWords(overrun, `type \`${again}\``)} Somebody who may can let this commit exceed it: ${approve}.`;
}

/** What can be done about it for a push, which has no pull request to type in. */
export function pushOverrunFix(overrun: Overrun): string {
  return `${freesWords(overrun, 'press "Re-run" of this check')} Or raise the limit in \`.github/siskin.yml\`.`;
}

function freesWords({ freesAt }: Overrun, act: string): string {
  if (freesAt === null) return 'It does not free up by itself.';
  return `It frees up at ${freesAt.slice(0, 16).replace('T', ' ')} UTC: ${act} then.`;
}

/** `budget of this repository left today $9.40`. */
function leftWords({ per, window, person, seconds, micros }: Left, currency: string): string {
  const left = [
    ...(micros === null ? [] : [money(micros, currency)]),
    ...(seconds === null ? [] : [hours(seconds)]),
  ].join(' and ');
  const whose = per === 'repository' ? 'budget' : `budget of ${ownerOf(per, person)}`;
  return `${whose} left ${times[window]} ${left}`;
}

/** What a run took or is to take, and what is left then, as parts of the run strip. `on`: whether a GPU was seen at work. */
export function costWords(cost: RunCost, on: 'gpu' | 'any'): readonly string[] {
  const { actual, estimate, basis, currency, left } = cost;
  const trained = on === 'gpu' ? cost.trainingSeconds : null;
  const estimated = basis === 'past' ? 'estimated' : 'set aside';
  const parts =
    actual === null
      ? [`${estimated} ${spending(estimate, currency)}`]
      : [
          trained === null ? hours(actual.seconds, 'runner h') : hours(trained, 'GPU h'),
          ...(currency === null
            ? []
            : [`${money(actual.micros, currency)} (${estimated} ${money(estimate.micros, currency)})`]),
        ];
  return left === null ? parts : [...parts, leftWords(left, left.currency)];
}

/** What stopping a run came to: `Stopped after 6:12; of what was set aside 0.90 h, $2.10 are saved.` */
export function sparedLine({ spentSeconds, saved, currency }: Spared): string {
  const spent = spentSeconds === 0 ? 'before a machine took it' : `after ${duration(spentSeconds)}`;
  return `**Stopped** ${spent}; of what was set aside ${spending(saved, currency)} are saved.`;
}

/** Each limit with what is spent of it, as a table; empty without limits. */
export function budgetTable({ spent, spender: { currency, person } }: Budget): string {
  if (spent.length === 0) return '';
  const rows = spent.flatMap(({ limit, spent: used }) => {
    const name = limitName(limit, person);
    return [
      ...(limit.micros === null ? [] : [[name, money(used.micros, currency), money(limit.micros, currency)]]),
      ...(limit.seconds === null ? [] : [[name, hours(used.seconds), hours(limit.seconds)]]),
    ];
  });
  const columns = [
    { title: 'limit', align: 'left' },
    { title: 'spent or set aside', align: 'right' },
    { title: 'of', align: 'right' },
  ] as const;
  return table(columns, rows);
}

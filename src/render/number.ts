/** Numbers as people read them. Groups of three are set apart by a narrow no-break space, a minus is a minus, and zero has no sign. */

const space = '\u202F';
const minus = '\u2212';

/** The decimals that show two significant digits of an interval's half width: more would be noise. At least 0, at most 8. */
export function decimalsFor(halfWidth: number): number {
  if (!(halfWidth > 0) || !Number.isFinite(halfWidth)) return 4;
  // 0.0995 rounds to 0.10, so the leading digit is taken after rounding to two digits.
  const exponent = Number(halfWidth.toExponential(1).split('e')[1]);
  return Math.min(8, Math.max(0, 1 - exponent));
}

/** A number with exactly so many decimals. What is not finite is `—`. */
export function fixed(value: number, decimals: number): string {
  if (!Number.isFinite(value)) return '—';
  if (Math.abs(value) >= 1e15) return scientific(value);
  const digits = Math.abs(value).toFixed(decimals);
  const [whole = '', fraction] = digits.split('.');
  const grouped = whole.length > 4 ? whole.replace(/\B(?=(\d{3})+$)/g, space) : whole;
  const sign = value < 0 && /[1-9]/.test(digits) ? minus : '';
  return `${sign}${grouped}${fraction === undefined ? '' : `.${fraction}`}`;
}

/** `fixed` with a plus before what is above zero: a difference. */
export function signed(value: number, decimals: number): string {
  const shown = fixed(value, decimals);
  return value > 0 && /[1-9]/.test(shown) ? `+${shown}` : shown;
}

/** A number to so many significant digits, trailing zeros kept; very small and very large ones as a power of ten. */
export function significant(value: number, digits: number = 3): string {
  if (value === 0) return '0';
  if (!Number.isFinite(value)) return '—';
  const exponent = Number(value.toExponential(digits - 1).split('e')[1]);
  if (exponent < -6 || exponent >= 15) return scientific(value);
  return fixed(value, Math.max(0, digits - 1 - exponent));
}

/** Two numbers of one quantity, to the digits that tell them apart. */
export function pair(before: number, after: number, digits: number = 2): readonly [string, string] {
  const apart = Math.abs(after - before);
  const largest = Math.max(Math.abs(before), Math.abs(after));
  if (largest >= 1e15 || (largest > 0 && largest < 1e-6)) return [scientific(before), scientific(after)];
  const telling = apart > 0 ? digits - 1 - Number(apart.toExponential(digits - 1).split('e')[1]) : 0;
  const usual = largest > 0 ? 2 - Math.floor(Math.log10(largest)) : 0;
  const decimals = Math.min(8, Math.max(0, apart > 0 ? Math.min(telling, usual + 2) : usual));
  return [fixed(before, decimals), fixed(after, decimals)];
}

/** A whole number of things, e.g. rows. */
export function count(value: number): string {
  return fixed(Math.round(value), 0);
}

/** `1 row`, `5 rows`. */
export function counted(value: number, singular: string, plural: string = `${singular}s`): string {
  return `${count(value)} ${value === 1 ? singular : plural}`;
}

/** A share as a percentage: two significant digits below ten percent, else one decimal at most. */
export function percent(share: number): string {
  const value = share * 100;
  if (!Number.isFinite(value)) return '—';
  const size = Math.abs(value);
  if (size !== 0 && size < 0.01) return `< 0.01${space}%`;
  const decimals = size === 0 ? 0 : size < 0.1 ? 3 : size < 1 ? 2 : size < 99.95 ? 1 : 0;
  return `${fixed(value, decimals)
    .replace(/(\.\d*?)0+$/, '$1')
    .replace(/\.$/, '')}${space}%`;
}

/** A relative change as a percentage with its sign. */
export function change(before: number, after: number): string {
  if (before === 0) return after === 0 ? `0${space}%` : 'new';
  const share = (after - before) / Math.abs(before);
  const shown = Math.abs(share) >= 100 ? `${fixed(share * 100, 0)}${space}%` : percent(share);
  return share > 0 && /[1-9]/.test(shown) && !shown.startsWith('<') ? `+${shown}` : shown;
}

/** Seconds as a clock: `0:41`, `6:12`, `1:02:03`; below ten seconds with a decimal and its unit. */
export function duration(seconds: number): string {
  if (!Number.isFinite(seconds) || seconds < 0) return '—';
  if (seconds < 9.95) return `${fixed(seconds, 1)}${space}s`;
  const whole = Math.round(seconds);
  const two = (value: number) => String(value).padStart(2, '0');
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor(whole / 60) % 60;
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}

const byteUnits = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'] as const;

/** Bytes in decimal units, three digits. */
export function bytes(value: number): string {
  if (!Number.isFinite(value)) return '—';
  let unit = 0;
  let scaled = Math.abs(value);
  while (scaled >= 999.5 && unit < byteUnits.length - 1) {
    scaled /= 1000;
    unit += 1;
  }
  const decimals = unit === 0 || scaled >= 99.95 ? 0 : scaled >= 9.995 ? 1 : 2;
  return `${value < 0 ? minus : ''}${fixed(scaled, decimals)}${space}${byteUnits[unit]}`;
}

/** Milliseconds, three digits. */
export function milliseconds(value: number): string {
  return `${significant(value, 3)}${space}ms`;
}

/** A p- or q-value: two digits, and no digits where there is nothing left to tell. */
export function probability(value: number): string {
  if (value < 1e-12) return `< 10${superscript(-12)}`;
  return value < 0.001 ? scientific(value) : significant(value, 2);
}

function scientific(value: number): string {
  if (value === 0) return '0';
  if (!Number.isFinite(value)) return '—';
  const [mantissa = '', exponent = '0'] = value.toExponential(1).split('e');
  return `${mantissa.replace('-', minus)}×10${superscript(Number(exponent))}`;
}

function superscript(exponent: number): string {
  return [...String(exponent)].map((digit) => (digit === '-' ? '⁻' : ('⁰¹²³⁴⁵⁶⁷⁸⁹'[Number(digit)] ?? ''))).join('');
}

/** `0.112 (0.101 … 0.123)`, to the digits that the interval supports. */
export function withInterval(estimate: {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}): string {
  const { value, low, high } = estimate;
  if (low === high) return significant(value, 4);
  const decimals = decimalsFor((high - low) / 2);
  return `${fixed(value, decimals)} (${fixed(low, decimals)} … ${fixed(high, decimals)})`;
}

/** `withInterval` of a difference, which has its sign. */
export function signedWithInterval(estimate: {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}): string {
  const { value, low, high } = estimate;
  if (low === high) return value === 0 ? 'the same' : signed(value, 4);
  const decimals = decimalsFor((high - low) / 2);
  return `${signed(value, decimals)} (${signed(low, decimals)} … ${signed(high, decimals)})`;
}

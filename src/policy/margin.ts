import { z } from 'zod';

/** How far a metric may move: in its own units, or as a share of the champion's value, e.g. `2%`. */
export const Margin = z.union([
  z.number().nonnegative(),
  z
    .string()
    .regex(/^(?:\d{1,4})(?:\.\d{1,6})?%$/, 'a number of 0 or more, or a share of the champion’s value like `2%`'),
]);
export type Margin = z.infer<typeof Margin>;

/**
 * The margin in units of the metric: itself, or its share of the size of the champion's value, which is taken as measured.
 * A share of 0 is 0, so that a champion of 0 allows nothing.
 */
export function marginOf(margin: Margin, champion: number): number {
  return typeof margin === 'number' ? margin : shareOf(margin) * Math.abs(champion);
}

/** Whether one margin allows more than another. Of margins in different units nobody knows, so they do. */
export function allowsMore(margin: Margin, other: Margin): boolean {
  if (typeof margin !== typeof other) return true;
  const size = (one: Margin) => (typeof one === 'number' ? one : shareOf(one));
  return size(margin) > size(other);
}

function shareOf(margin: string): number {
  return Number(margin.slice(0, -1)) / 100;
}

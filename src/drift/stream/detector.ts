/** What a detector says after a value. */
export type Signal = 'steady' | 'warning' | 'drift';

/** Watches a stream of numbers, one at a time, in memory that does not grow with it. It begins anew after each drift. */
export interface Detector {
  update(value: number): Signal;
}

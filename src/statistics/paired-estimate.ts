/** The difference of two quantities measured on the same rows, its confidence interval and the p-value of "no difference". */
export interface PairedEstimate {
  readonly value: number;
  readonly low: number;
  readonly high: number;
  /** Two-sided; null when the method gives none. */
  readonly pValue: number | null;
}

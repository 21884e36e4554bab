/** How much of what is long a page shows. */
export interface Detail {
  /** Columns whose distributions are drawn in the table of all columns. */
  readonly drawnColumns: number;
  /** Rows of a table of columns or problems. */
  readonly rows: number;
}

/** A page of usual size shows all of it. */
export const fullDetail: Detail = { drawnColumns: 300, rows: 10_000 };

/** From all to the least, for a page that would be too large otherwise. */
export const details: readonly Detail[] = [
  fullDetail,
  { drawnColumns: 100, rows: 2000 },
  { drawnColumns: 20, rows: 200 },
];

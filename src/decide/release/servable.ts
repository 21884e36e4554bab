/** What a model is called that was never released. */
export const firstVersion = '1.0.0';

/** Whether a platform can serve models of a format: rows that were predicted and a program of one's own are none. */
export function isServable(format: string): boolean {
  return format !== 'predictions' && format !== 'command';
}

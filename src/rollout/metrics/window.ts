import { AppError } from '../../error.ts';
import type { MetricQuestion } from '../../ports/metric-source.ts';
import type { FillIns } from '../fill-in.ts';

/** The window of a question in milliseconds since 1970. AppError `bad-input` when it is none. */
export function windowOf({ from, to }: MetricQuestion): { readonly from: number; readonly to: number } {
  const window = { from: Date.parse(from), to: Date.parse(to) };
  if (window.to > window.from) return window;
  throw new AppError('bad-input', `expected a window, found ${from} to ${to}; report this`);
}

/** What the texts of a query may name. */
export function fillInsOf(question: MetricQuestion): FillIns {
  const { model, arm, version } = question;
  const { from, to } = windowOf(question);
  return { model, arm, version, seconds: String(Math.round((to - from) / 1000)) };
}

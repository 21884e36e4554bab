import { AppError } from '../../error.ts';

/** The same answer, or AppError `timed-out` when there is none after so many milliseconds. What was asked may still happen. */
export async function inTime<T>(what: string, milliseconds: number, work: () => Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    late.reject(
      new AppError(
        'timed-out',
        `expected an answer within ${milliseconds / 1000} s to ${what}, found none; it is tried again`,
      ),
    );
  }, milliseconds);
  try {
    return await Promise.race([work(), late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

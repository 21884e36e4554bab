import { z } from 'zod';

/** An http or https address without credentials, query or fragment; a slash at its end is dropped. */
export const Address = z
  .string()
  .max(2000)
  .refine(isPlain, 'an http(s) address without user, password, query and fragment; credentials have keys of their own')
  .transform((text) => text.replace(/\/+$/, ''))
  .describe('Where it answers, e.g. https://prometheus.internal:9090.');

function isPlain(text: string): boolean {
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text)) return false;
  const { username, password, search, hash } = new URL(text);
  return username === '' && password === '' && search === '' && hash === '' && !/[?#\s]/.test(text);
}

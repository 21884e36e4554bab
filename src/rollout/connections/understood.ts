import type { z } from 'zod';
import { AppError } from '../../error.ts';

/** An answer held against the shape that the service documents. AppError `unavailable` when it has another. */
export function understood<Schema extends z.ZodType>(
  answer: unknown,
  { schema, name, service }: { readonly schema: Schema; readonly name: string; readonly service: string },
): z.output<Schema> {
  const parsed = schema.safeParse(answer);
  if (parsed.success) return parsed.data;
  const where = parsed.error.issues[0]?.path.join('.') ?? '';
  throw new AppError(
    'unavailable',
    `expected an answer as ${service} writes it from \`${name}\`, found another${where === '' ? '' : ` at ${where}`}; check the address`,
  );
}

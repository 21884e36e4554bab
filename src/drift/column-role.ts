import { z } from 'zod';

/** What a column is to the model: the truth, what a model says, or anything else. */
export const columnRoles = ['label', 'prediction', 'feature'] as const;
/** One of them. */
export const ColumnRole = z.enum(columnRoles);
export type ColumnRole = z.infer<typeof ColumnRole>;

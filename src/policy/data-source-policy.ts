import { z } from 'zod';
import { CsvDialect } from '../data/csv-dialect.ts';
import { PrivacyPolicy } from './privacy-policy.ts';

/** Keys of `data` that say how files are read and what is told of them. */
export const dataSourceKeys = {
  csv: CsvDialect.optional().describe('How CSV files are written, where it is not found out rightly by itself.'),
  embeddings: z
    .record(z.string().min(1).max(200), z.array(z.string().min(1).max(200)).min(1).max(1000))
    .optional()
    .describe(
      'Columns that are the elements of one vector each, by the name of the vector: names, or patterns with `*`, e.g. `{ title: ["title_*"] }`. Lists of one length are vectors by themselves.',
    ),
  privacy: PrivacyPolicy.optional().describe('What profiles and reports may say of values.'),
};

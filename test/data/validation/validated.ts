import { openDataset } from '../../../src/data/dataset.ts';
import { parseSchema } from '../../../src/data/schema.ts';
import { validateDataset } from '../../../src/data/validate.ts';
import { relatedPlaces } from '../../../src/data/validation/related-data.ts';
import { ValidationReport } from '../../../src/data/validation-report.ts';
import { temporaryFolder } from '../temporary-folder.ts';

/** The report on files that are written for it; `now` is 1 June 2026. */
export async function validatedFiles(options: {
  readonly files: Readonly<Record<string, string>>;
  readonly paths?: readonly string[];
  readonly schema: string;
}): Promise<ValidationReport> {
  using folder = temporaryFolder(options.files);
  const root = folder.path;
  const schema = parseSchema({ text: options.schema, file: 'schema.yml' });
  await using dataset = await openDataset({
    root,
    paths: options.paths ?? ['data.csv'],
    csvTypes: 'text',
    related: relatedPlaces(schema.schema, { references: root, overlap: root }),
  });
  return ValidationReport.parse(await validateDataset({ dataset, schema, now: new Date('2026-06-01T00:00:00Z') }));
}

/** The report on one CSV file. */
export function validatedCsv(data: string, schema: string): Promise<ValidationReport> {
  return validatedFiles({ files: { 'data.csv': data }, schema });
}

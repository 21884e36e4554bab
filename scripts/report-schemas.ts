import { z } from 'zod';
import { EvaluationDocument } from '../cli/evaluation-document.ts';
import { ReplayDocument } from '../cli/replay-document.ts';
import { Profile } from '../src/data/profile-document.ts';
import { ValidationReport } from '../src/data/validation-report.ts';
import { DriftReport } from '../src/drift/drift-report.ts';

/** The published JSON Schemas of what commands print with `--json`, by the file that each is written to. */
export function reportSchemas(): ReadonlyMap<string, string> {
  return new Map([
    ['docs/schemas/profile.schema.json', schemaText('What `siskin profile --json` prints', Profile)],
    ['docs/schemas/validate.schema.json', schemaText('What `siskin validate --json` prints', ValidationReport)],
    ['docs/schemas/drift.schema.json', schemaText('What `siskin drift --json` prints', DriftReport)],
    [
      'docs/schemas/evaluate.schema.json',
      schemaText('What `siskin evaluate --json` and `compare --json` print', EvaluationDocument),
    ],
    ['docs/schemas/replay.schema.json', schemaText('What `siskin replay --json` prints for each file', ReplayDocument)],
  ]);
}

function schemaText(title: string, schema: z.ZodType): string {
  // Parts that occur more than once are defined once.
  const json = z.toJSONSchema(schema, { io: 'output', target: 'draft-2020-12', reused: 'ref' });
  return `${JSON.stringify({ title, ...json }, null, 1)}\n`;
}

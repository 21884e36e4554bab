import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import type { Kept } from './api-double.ts';

/** What the project's own CustomResourceDefinition has against an object, as an API server says it. */
export function schemaProblems(plural: string): (object: Kept) => readonly string[] {
  const file = new URL(`../../../fixtures/crds/${plural}.json`, import.meta.url);
  const ajv = new Ajv({ allErrors: true, strict: false, validateFormats: false });
  const validate = ajv.compile(JSON.parse(readFileSync(file, 'utf8')));
  return (object) => {
    if (validate({ spec: object.spec, status: object.status })) return [];
    return (validate.errors ?? []).map(({ keyword, instancePath, params, message }) =>
      keyword === 'additionalProperties'
        ? `unknown field "${`${instancePath}/${params['additionalProperty']}`.slice(1).replaceAll('/', '.')}"`
        : `${instancePath}: ${message}`,
    );
  };
}

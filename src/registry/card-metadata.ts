import { z } from 'zod';
import type { SchemaNode } from '../policy/json-schema.ts';
import { type ParsedDocument, parseDocument } from '../policy/parse-document.ts';

const word = z.string().min(1).max(1000);

/** One evaluation: a task, the data, and what was measured. */
export const CardResult = z.looseObject({
  task: z.looseObject({ type: word.describe('The task, e.g. tabular-classification.'), name: word.optional() }),
  dataset: z.looseObject({
    type: word.describe('An identifier of the data.'),
    name: word.describe('What people call the data.'),
    revision: word.optional(),
  }),
  metrics: z
    .array(
      z.looseObject({
        type: word.describe('An identifier of the metric.'),
        value: z.unknown().refine((value) => value !== undefined && value !== null, 'a value; add what was measured'),
        name: word.optional(),
        verified: z
          .unknown()
          .refine((value) => value === undefined, 'nothing, because only the Hub may say so; remove it')
          .optional(),
      }),
    )
    .min(1)
    .describe('What was measured.'),
});

/**
 * The metadata in front of a model card, as far as the Hub's documentation prescribes them:
 * https://github.com/huggingface/hub-docs/blob/main/modelcard.md
 */
export const CardMetadata = z.looseObject({
  license: word.optional(),
  pipeline_tag: word.optional(),
  library_name: word.optional(),
  tags: z.array(word).max(1000).optional(),
  'model-index': z
    .array(
      z.looseObject({
        name: word.describe('The name of the model.'),
        results: z.array(CardResult).max(1000).describe('Its evaluations.'),
      }),
    )
    .min(1)
    .max(100)
    .optional(),
});
export type CardMetadata = z.infer<typeof CardMetadata>;

// As that of the policy: what zod makes of this schema uses the keywords of SchemaNode only.
const schema = z.toJSONSchema(CardMetadata, { io: 'input', target: 'draft-7', unrepresentable: 'any' }) as SchemaNode;

/** A card taken apart: its metadata as YAML text, null when it has none, and what comes behind them. */
export interface CardParts {
  readonly metadata: string | null;
  readonly body: string;
}

/** Where the metadata of a card end. */
export function cardParts(card: string): CardParts {
  const parts = /^\uFEFF?---[ \t]*\r?\n((?:[^\n]*\n)*?)---[ \t]*(?:\r?\n|$)/.exec(card);
  return parts === null
    ? { metadata: null, body: card }
    : { metadata: parts[1] ?? '', body: card.slice(parts[0].length) };
}

/** Reads the metadata of a card. Never throws; all problems are found in one go, with the lines of the card. */
export function parseCard(card: string, path: string): ParsedDocument<CardMetadata> {
  const { metadata } = cardParts(card);
  if (metadata === null) {
    const found = card.startsWith('---') ? 'no second `---`' : 'none';
    const fix = 'let `/release` write them, or put `---` before and after them';
    const problem = {
      file: path,
      path: '',
      line: 1,
      column: 1,
      expected: 'metadata between two lines `---`',
      found,
      fix,
    };
    return { kind: 'invalid', problems: [problem] };
  }
  return parseDocument({
    // The first line is the one with the dashes.
    text: `\n${metadata}`,
    file: path,
    document: CardMetadata,
    schema,
    words: { what: 'metadata', propose: 'let `/release` write them', begin: 'begin with `license:` or `tags:`' },
  });
}

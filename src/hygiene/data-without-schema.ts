import type { ModelChange } from '../change/model-change.ts';
import { cardFolders, isCard } from './card.ts';
import { type ChangeFacts, folderOf } from './change-facts.ts';
import type { Place, Rule } from './rule.ts';

/** Changed training data of a model whose schema and cards stayed as they were. */
export const dataWithoutSchema: Rule = {
  name: 'data-without-schema',
  title: 'Data changed without its schema or card',
  reason: 'what the data are allowed to look like, and what they are, is then told of other data than those that train',
  fix: 'state the new rows in the schema (`siskin validate --init` writes a first one) or in a card beside the data, in the same pull request',
  places: (facts) => (facts.change?.models ?? []).flatMap((change) => placesOf(change, facts)),
};

function placesOf({ model, files }: ModelChange, facts: ChangeFacts): readonly Place[] {
  const data = files.data ?? [];
  const [first] = data;
  if (first === undefined || (files.schema ?? []).length > 0) return [];
  const cards = facts.files.filter(({ path, status }) => status !== 'deleted' && isCard(path)).map(({ path }) => path);
  const folders = new Set(data.flatMap((path) => cardFolders(path, model)));
  if (cards.some((path) => folders.has(folderOf(path)))) return [];
  const schema = facts.policy?.models[model]?.data.schema;
  const words = schema === undefined ? 'the policy names no schema' : `\`${schema}\` did not`;
  const count = data.length === 1 ? '' : ` and ${data.length - 1} more`;
  return [
    {
      path: first,
      line: null,
      found: `data of \`${model}\` changed${count === '' ? '' : ` here${count}`}; ${words}, nor did a card`,
    },
  ];
}

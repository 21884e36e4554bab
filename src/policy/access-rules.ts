import { grammar, verbs } from '../command/grammar.ts';
import { type Entries, entriesOf } from './entries.ts';
import { describe, type Finding } from './explain-issue.ts';

/**
 * A verb that trusts lets strangers' code near machines, so it is given to people who were chosen: on a public
 * repository everybody has the role read.
 */
export function accessFindings(document: Entries): readonly Finding[] {
  const environments = entriesOf(document['environments']);
  return [
    ...trustingEverybody(entriesOf(document['access']), ['access']),
    ...Object.entries(environments).flatMap(([name, written]) =>
      trustingEverybody(entriesOf(entriesOf(written)['access']), ['environments', name, 'access']),
    ),
  ];
}

function trustingEverybody(access: Entries, at: readonly string[]): readonly Finding[] {
  return verbs
    .filter((verb) => grammar[verb].trust)
    .flatMap((verb) => {
      const grantees: readonly unknown[] = Array.isArray(access[verb]) ? access[verb] : [];
      return [...grantees.entries()].flatMap(([index, grantee]): readonly Finding[] => {
        if (grantee !== 'everybody' && grantee !== 'read') return [];
        return [
          {
            at: [...at, verb, index],
            part: 'value',
            expected: 'people who were chosen, because this verb trusts',
            found: describe(grantee),
            fix: 'write `triage` or a higher role, a team or users',
          },
        ];
      });
    });
}

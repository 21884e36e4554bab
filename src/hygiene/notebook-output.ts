import type { ChangedFile } from './change-facts.ts';
import type { Place, Rule } from './rule.ts';

/** The longest notebook that is read; without outputs none comes near. */
export const largestNotebook = 5_000_000;

/** Notebooks with outputs or execution counts (https://nbformat.readthedocs.io, versions 3 and 4). */
export const notebookOutput: Rule = {
  name: 'notebook-output',
  title: 'A notebook is committed with its outputs',
  reason:
    'outputs can show rows of the data to everybody who can read the repository, and make each difference unreadable',
  fix: 'clear them before you commit: `jupyter nbconvert --clear-output --inplace <notebook>`, or `nbstripout --install` once for the repository',
  wantsText: () => isNotebook,
  places: ({ files }) =>
    files.flatMap((file): readonly Place[] => {
      if (!isNotebook(file.path) || file.status === 'deleted') return [];
      if ((file.bytes ?? 0) > largestNotebook) {
        const size = Math.round((file.bytes ?? 0) / 1_000_000);
        return [
          { path: file.path, line: null, found: `a notebook of ${size} MB, which only outputs can make so large` },
        ];
      }
      return file.text === null ? [] : outputsIn(file, file.text);
    }),
};

function isNotebook(path: string): boolean {
  return path.endsWith('.ipynb');
}

function outputsIn({ path }: ChangedFile, text: string): readonly Place[] {
  const cells = cellsOf(text);
  const shown = cells.filter((cell) => listOf(cell, 'outputs').length > 0).length;
  if (shown === 0) return [];
  return [{ path, line: lineOfOutputs(text), found: `outputs in ${shown} of ${cells.length} cells` }];
}

/** Looks at two levels of the document only, however deep it is. */
function cellsOf(text: string): readonly unknown[] {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    // What is no notebook has no outputs.
    return [];
  }
  const sheets = listOf(document, 'worksheets');
  return [...listOf(document, 'cells'), ...sheets.flatMap((sheet) => listOf(sheet, 'cells'))];
}

function listOf(value: unknown, key: string): readonly unknown[] {
  if (value === null || typeof value !== 'object' || !Object.hasOwn(value, key)) return [];
  const member = (value as Readonly<Record<string, unknown>>)[key]; // an object, as just checked
  return Array.isArray(member) ? member : [];
}

/** The line of the first list of outputs that holds any, when the notebook is written over lines as Jupyter does. */
function lineOfOutputs(text: string): number | null {
  const index = text.split('\n').findIndex((line) => /^ {0,40}"outputs": \[\r?$/.test(line));
  return index < 0 ? null : index + 1;
}

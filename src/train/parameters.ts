import { parse } from 'yaml';

type Parameter = string | number | boolean | null;

const parametersLimit = 200;
const lengthLimit = 500;

/**
 * The leaves of parameter files (YAML or JSON) as `key.key.index: value`, for showing. A file that cannot be read as
 * such contributes nothing but a line that says so: parameters are shown, they decide nothing. At most 200.
 */
export function flattenParameters(
  files: readonly { readonly path: string; readonly text: string }[],
): Readonly<Record<string, Parameter>> {
  const flat = new Map<string, Parameter>();
  const visit = (name: string, value: unknown): void => {
    if (flat.size >= parametersLimit) return;
    if (value !== null && typeof value === 'object') {
      for (const [key, member] of Object.entries(value)) visit(name === '' ? key : `${name}.${key}`, member);
      return;
    }
    const shown =
      typeof value === 'number' || typeof value === 'boolean' || value === null
        ? value
        : String(value).slice(0, lengthLimit);
    flat.set(name.slice(0, 200), typeof shown === 'number' && !Number.isFinite(shown) ? String(shown) : shown);
  };
  for (const { path, text } of files) {
    try {
      visit(files.length === 1 ? '' : path, parse(text, { maxAliasCount: 20 }));
    } catch {
      flat.set(path, 'not readable as YAML or JSON');
    }
  }
  return Object.fromEntries(flat);
}

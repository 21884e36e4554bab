/** What a Git LFS pointer says about the file that it stands for. */
export interface LfsPointer {
  /** `sha256:` and 64 hex digits. */
  readonly digest: string;
  readonly bytes: number;
}

/** The longest text that may be a pointer, by the specification. */
export const lfsPointerBytes = 1024;

const versions = ['https://git-lfs.github.com/spec/v1', 'https://hawser.github.com/spec/v1'];

/**
 * Reads a Git LFS pointer strictly by its specification (https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md):
 * `version` first, the other keys sorted, one `key value` a line. Returns null for every other text.
 */
export function parseLfsPointer(text: string): LfsPointer | null {
  if (Buffer.byteLength(text) > lfsPointerBytes || !text.endsWith('\n')) return null;
  const entries = text
    .slice(0, -1)
    .split('\n')
    .map((line) => /^([a-z0-9.-]+) ([^\r]+)$/.exec(line));
  const fields = new Map<string, string>();
  let previous = '';
  for (const [index, entry] of entries.entries()) {
    const [, key = '', value = ''] = entry ?? [];
    if (key === '' || fields.has(key)) return null;
    if (index === 0 ? key !== 'version' : key <= previous && index > 1) return null;
    previous = key;
    fields.set(key, value);
  }
  const oid = /^sha256:[0-9a-f]{64}$/.exec(fields.get('oid') ?? '');
  const size = /^\d{1,15}$/.exec(fields.get('size') ?? '');
  if (!versions.includes(fields.get('version') ?? '') || oid === null || size === null) return null;
  return { digest: oid[0], bytes: Number(size[0]) };
}

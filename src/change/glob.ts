/**
 * Whether a path (segments parted by `/`, relative to the root of the repository) fits one of the globs. `*` is any
 * text within a segment, `?` one letter, `**` any number of whole segments, `{a,b}` either; all else is literal, also
 * a leading dot. A glob that names a folder does not hold its files: write `folder/**`.
 * Time grows with glob × path at most, so that no glob of a stranger can stall a server.
 */
export function globMatcher(globs: readonly string[]): (path: string) => boolean {
  const literal = new Set<string>();
  const patterns: Pattern[] = [];
  let everything = false;
  for (const glob of globs.flatMap(alternatives)) {
    const clean = glob.replace(/^(?:\.\/)+/, '');
    if (clean === '**') everything = true;
    else if (/[*?]/.test(clean)) patterns.push(compiled(clean));
    else literal.add(clean);
  }
  return (path) => {
    if (everything || literal.has(path)) return true;
    if (patterns.length === 0) return false;
    const segments = path.split('/');
    const name = segments.at(-1) ?? '';
    // Most paths fail by their name alone.
    return patterns.some(
      (pattern) => (pattern.at(-1) ?? anything)(name) && fits({ pattern, text: segments, wild: anything, same: call }),
    );
  };
}

/** Like globMatcher, but a glob also holds whatever lies in a folder that it names. */
export function folderMatcher(globs: readonly string[]): (path: string) => boolean {
  const bare = globs.map((glob) => glob.replace(/\/+$/, ''));
  return globMatcher([...bare, ...bare.map((glob) => `${glob}/**`)]);
}

/** Whether a folder is, or can hold, something that fits one of the globs; a glob without wildcard may name a folder itself. */
export function globReach(globs: readonly string[]): (folder: string) => boolean {
  const patterns = globs.flatMap(alternatives).map((glob) => compiled(glob.replace(/^(?:\.\/)+|\/+$/g, '')));
  const fitsWhole = folderMatcher(globs);
  return (folder) => {
    const segments = folder.split('/');
    return fitsWhole(folder) || patterns.some((pattern) => leadsTo(pattern, segments));
  };
}

/** One test for each segment; `anything` stands for any number of segments. */
type Pattern = readonly ((segment: string) => boolean)[];

function anything(): boolean {
  return true;
}

function call(test: (segment: string) => boolean, segment: string): boolean {
  return test(segment);
}

function compiled(glob: string): Pattern {
  return glob.split('/').map((part) => (part === '**' ? anything : segmentTest(part)));
}

function segmentTest(part: string): (segment: string) => boolean {
  if (!/[*?]/.test(part)) return (segment) => segment === part;
  const [before = '', after = '', ...more] = part.split('*');
  if (more.length === 0 && part.includes('*') && !part.includes('?')) {
    const shortest = before.length + after.length;
    return (segment) => segment.length >= shortest && segment.startsWith(before) && segment.endsWith(after);
  }
  const pattern = [...part];
  const isSame = (wanted: string, letter: string) => wanted === '?' || wanted === letter;
  return (segment) => fits({ pattern, text: [...segment], wild: '*', same: isSame });
}

function leadsTo(pattern: Pattern, folder: readonly string[]): boolean {
  for (const [index, segment] of folder.entries()) {
    const test = pattern[index];
    if (test === anything) return true;
    if (test === undefined || !test(segment)) return false;
  }
  return pattern.length > folder.length;
}

const mostAlternatives = 64;

/** `{a,b}` written out; beyond the limit the rest stays literal. Braces do not nest. */
function alternatives(glob: string): readonly string[] {
  let done: readonly string[] = [glob];
  for (;;) {
    const next: readonly string[] = done.flatMap((text) => {
      const brace = /\{([^{}]*,[^{}]*)\}/.exec(text);
      if (brace === null) return [text];
      const [whole, inner = ''] = brace;
      const before = text.slice(0, brace.index);
      const after = text.slice(brace.index + whole.length);
      return inner.split(',').map((option) => before + option + after);
    });
    if (next.length > mostAlternatives) return done;
    if (next.length === done.length) return next;
    done = next;
  }
}

/**
 * The greedy matcher of wildcards, where `wild` in the pattern stands for any number of items: on a mismatch only the
 * last wildcard takes one item more, so time grows with pattern × text.
 */
export function fits<Part, Item>(options: {
  readonly pattern: readonly Part[];
  readonly text: readonly Item[];
  readonly wild: Part;
  readonly same: (part: Part, item: Item) => boolean;
}): boolean {
  const { pattern, text, wild, same } = options;
  let at = 0;
  let star = -1;
  let resume = 0;
  let index = 0;
  while (index < text.length) {
    const part = pattern[at];
    if (part === wild) {
      star = at;
      resume = index;
      at += 1;
    } else if (part !== undefined && same(part, text[index] as Item)) {
      // The index is below the length, so there is an item.
      at += 1;
      index += 1;
    } else if (star >= 0) {
      resume += 1;
      index = resume;
      at = star + 1;
    } else {
      return false;
    }
  }
  while (pattern[at] === wild) at += 1;
  return at === pattern.length;
}

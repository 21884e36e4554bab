/**
 * Whether a path (segments parted by `/`, relative to the root of the repository) fits one of the globs. `*` is any
 * text within a segment, `?` one letter, `**` any number of whole segments, `{a,b}` either; all else is literal, also
 * a leading dot. A glob that names a folder does not hold its files: write `folder/**`.
 * Time grows with glob × path at most, so that no glob of a stranger can stall a server.
 */
export function globMatcher(globs: readonly string[]): (path: string) => boolean {
  const literal = new Set<string>();
  const patterns: (readonly string[])[] = [];
  let everything = false;
  for (const glob of globs.flatMap(alternatives)) {
    const clean = glob.replace(/^(?:\.\/)+/, '');
    if (clean === '**') everything = true;
    else if (/[*?]/.test(clean)) patterns.push(clean.split('/'));
    else literal.add(clean);
  }
  return (path) => {
    if (everything || literal.has(path)) return true;
    if (patterns.length === 0) return false;
    const segments = path.split('/');
    return patterns.some((pattern) =>
      fits({ pattern, text: segments, wild: '**', same: (part, segment) => segmentFits(part, segment) }),
    );
  };
}

/** Whether a folder is, or can hold, something that fits one of the globs; a glob without wildcard may name a folder itself. */
export function globReach(globs: readonly string[]): (folder: string) => boolean {
  const patterns = globs.flatMap(alternatives).map((glob) =>
    glob
      .replace(/^(?:\.\/)+/, '')
      .replace(/\/+$/, '')
      .split('/'),
  );
  const fitsWhole = folderMatcher(globs);
  return (folder) => {
    const segments = folder.split('/');
    return fitsWhole(folder) || patterns.some((pattern) => leadsTo(pattern, segments));
  };
}

/** Like globMatcher, but a glob also holds whatever lies in a folder that it names. */
export function folderMatcher(globs: readonly string[]): (path: string) => boolean {
  const bare = globs.map((glob) => glob.replace(/\/+$/, ''));
  return globMatcher([...bare, ...bare.map((glob) => `${glob}/**`)]);
}

function leadsTo(pattern: readonly string[], folder: readonly string[]): boolean {
  for (const [index, segment] of folder.entries()) {
    const part = pattern[index];
    if (part === '**') return true;
    if (part === undefined || !segmentFits(part, segment)) return false;
  }
  return pattern.length > folder.length;
}

const mostAlternatives = 64;

/** `{a,b}` written out; beyond the limit the rest stays literal. Braces do not nest. */
function alternatives(glob: string): readonly string[] {
  let done = [glob];
  for (;;) {
    const next = done.flatMap((text) => {
      const brace = /\{([^{}]*,[^{}]*)\}/.exec(text);
      if (brace === null) return [text];
      const [whole, inner = ''] = brace;
      const before = text.slice(0, brace.index);
      const after = text.slice(brace.index + whole.length);
      return inner.split(',').map((option) => before + option + after);
    });
    if (next.length > mostAlternatives || next.length === done.length)
      return next.length > mostAlternatives ? done : next;
    done = next;
  }
}

function segmentFits(pattern: string, segment: string): boolean {
  if (!/[*?]/.test(pattern)) return pattern === segment;
  return fits({
    pattern: [...pattern],
    text: [...segment],
    wild: '*',
    same: (part, letter) => part === '?' || part === letter,
  });
}

/** The greedy matcher of wildcards: on a mismatch only the last wildcard takes one item more. */
function fits(options: {
  readonly pattern: readonly string[];
  readonly text: readonly string[];
  readonly wild: string;
  readonly same: (part: string, item: string) => boolean;
}): boolean {
  const { pattern, text, wild, same } = options;
  let at = 0;
  let star = -1;
  let resume = 0;
  for (let index = 0; index < text.length; ) {
    const part = pattern[at];
    const item = text[index] ?? '';
    if (part === wild) {
      star = at;
      resume = index;
      at += 1;
    } else if (part !== undefined && same(part, item)) {
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

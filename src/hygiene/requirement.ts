/** A dependency as a line of a file asks for it. */
export interface Requirement {
  readonly name: string;
  readonly asked: string;
}

/**
 * A line of pip's requirements format, or a string of `[project] dependencies` (both PEP 508), when it leaves the version
 * open: null when it is pinned, local, an option or no requirement. Pinned are `==1.2.3` (no wildcard), an archive by its
 * address, and a repository at a whole commit.
 */
export function openRequirement(line: string): Requirement | null {
  const text = line
    .slice(0, 500)
    .replace(/(?:^|\s)#.*/, '')
    .replace(/\s--hash=.*|\\$/, '')
    .replace(/^\s*(?:-e|--editable)[\s=]\s*/, '')
    .trim();
  const parts = /^([A-Za-z0-9][\w.-]*)\s*(?:\[[^\]]*\])?\s*([^;]*)/.exec(text);
  if (/^(?:git|hg|svn|bzr)\+/.test(text)) return isCommit(text) ? null : { name: text, asked: 'a branch' };
  if (parts === null || /^[\w.+-]*:\/\//.test(text) || /^[\w.-]*[/\\]/.test(text)) return null;
  const [, name = '', rest = ''] = parts;
  const asked = rest.trim().replace(/^\((.*)\)$/, '$1');
  if (asked.startsWith('@')) {
    return /^@\s*(?:git|hg|svn|bzr)\+/.test(asked) && !isCommit(asked) ? { name, asked: 'a branch' } : null;
  }
  if (/^===?\s*[\w.+!-]+$/.test(asked)) return null;
  // What follows a name without an operator is no requirement but text of something else.
  return asked === '' || /^[<>=!~]/.test(asked) ? { name, asked: asked === '' ? 'any version' : asked } : null;
}

/** An entry of conda's `dependencies`: pinned by `name=1.2` or `name==1.2`, also with a build; null when it is. */
export function openCondaPackage(entry: string): Requirement | null {
  const text = entry
    .slice(0, 500)
    .replace(/(?:^|\s)#.*/, '')
    .trim()
    .replace(/^(["'])(.*)\1$/, '$2');
  const parts = /^(?:[\w.-]+::)?([A-Za-z0-9_][\w.-]*)\s*(.*)$/.exec(text);
  if (parts === null) return null;
  const [, name = '', asked = ''] = parts;
  if (/^={1,2}\s*[\w.+!-]+(?:=[\w.+-]+)?$/.test(asked) || /^\s*\d[\w.]*(?:\s+[\w.]+)?$/.test(asked)) return null;
  return asked === '' || /^[<>=!~*\d]/.test(asked) ? { name, asked: asked === '' ? 'any version' : asked } : null;
}

/** A value of npm's `dependencies` when it leaves the version open. Pinned: one whole version, a local path, a whole commit, an archive. */
export function openNpmRange(range: string): string | null {
  const text = range
    .slice(0, 500)
    .trim()
    .replace(/^npm:(?:@[^/@]*\/)?[^@]*@/, '');
  const isPinned =
    /^=?v?\d+\.\d+\.\d+(?:[-+][\w.+-]+)?$/.test(text) ||
    /^(?:file|link|workspace|portal):/.test(text) ||
    /^https?:\/\/\S+\.(?:tgz|tar\.gz)$/.test(text) ||
    /#[0-9a-f]{40}$/.test(text);
  return isPinned ? null : text === '' ? 'any version' : text;
}

/** A value of Poetry's table of dependencies, which reads a bare `1.2.3` as exactly that. */
export function openPoetryValue(value: string): string | null {
  const text = value.slice(0, 500).trim();
  if (/\bpath\s*=|\brev\s*=\s*"[0-9a-f]{40}"|\burl\s*=/.test(text)) return null;
  const version = /^"([^"]*)"/.exec(text)?.[1] ?? /\bversion\s*=\s*"([^"]*)"/.exec(text)?.[1];
  if (version === undefined) return /\bgit\s*=/.test(text) ? 'a branch' : null;
  return /^={0,2}\s*\d[\w.+!-]*$/.test(version.trim()) && !version.includes('*') ? null : version;
}

function isCommit(address: string): boolean {
  return /@[0-9a-f]{40}(?:[#\s]|$)/.test(address);
}

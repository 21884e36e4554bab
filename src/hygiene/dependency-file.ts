import { folderOf, nameOf } from './change-facts.ts';
import { openCondaPackage, openNpmRange, openPoetryValue, openRequirement, type Requirement } from './requirement.ts';

/** How a file of dependencies is read, and which files beside it hold the exact versions instead. */
export interface DependencyFormat {
  readonly isFile: (name: string) => boolean;
  readonly locks: readonly string[];
  /** npm's and Python's workspaces keep one lock at the root. */
  readonly locksAbove: 'here' | 'here or above';
  /** The requirements that leave the version open, by line from 1. */
  readonly open: (text: string) => readonly OpenRequirement[];
}

/** A requirement without an exact version, and its line. */
export interface OpenRequirement extends Requirement {
  readonly line: number;
}

const formats: readonly DependencyFormat[] = [
  {
    isFile: (name) => /^requirements[\w.-]*\.txt$/i.test(name),
    locks: [],
    locksAbove: 'here',
    open: openInRequirements,
  },
  {
    isFile: (name) => name === 'pyproject.toml',
    locks: ['uv.lock', 'poetry.lock', 'pdm.lock', 'pylock.toml'],
    locksAbove: 'here or above',
    open: openInPyproject,
  },
  {
    isFile: (name) => /^environment[\w.-]*\.ya?ml$/i.test(name),
    locks: ['conda-lock.yml', 'pixi.lock'],
    locksAbove: 'here',
    open: openInEnvironment,
  },
  {
    isFile: (name) => name === 'package.json',
    locks: ['package-lock.json', 'npm-shrinkwrap.json', 'yarn.lock', 'pnpm-lock.yaml', 'bun.lock', 'bun.lockb'],
    locksAbove: 'here or above',
    open: openInPackage,
  },
];

/** How to read a file of dependencies; null for every other file. */
export function dependencyFormat(path: string): DependencyFormat | null {
  const name = nameOf(path);
  return formats.find((format) => format.isFile(name)) ?? null;
}

/** Whether a lock that the commit holds fixes what this file leaves open. */
export function isLocked(path: string, format: DependencyFormat, paths: ReadonlySet<string>): boolean {
  for (let folder = folderOf(path); ; folder = folderOf(folder)) {
    if (format.locks.some((lock) => paths.has(folder === '' ? lock : `${folder}/${lock}`))) return true;
    if (folder === '' || format.locksAbove === 'here') return false;
  }
}

function openInRequirements(text: string): readonly OpenRequirement[] {
  const lines = text.split('\n');
  // Constraints fix the versions in another file.
  if (lines.some((line) => /^\s*(?:-c|--constraint)\b/.test(line))) return [];
  return lines.flatMap((line, index) => {
    const open = openRequirement(line);
    return open === null ? [] : [{ ...open, line: index + 1 }];
  });
}

/** Reads as much of TOML as dependencies are written in: tables, and lists or pairs of strings. What it cannot read, it skips. */
function openInPyproject(text: string): readonly OpenRequirement[] {
  const found: OpenRequirement[] = [];
  let table = '';
  let inList = false;
  for (const [index, line] of text.split('\n').entries()) {
    const header = /^\s*\[([\w.-]+)\]\s*(?:#.*)?$/.exec(line);
    if (header !== null && !inList) {
      table = header[1] ?? '';
      continue;
    }
    if (table === 'tool.poetry.dependencies') {
      const [, name = '', value = ''] = /^\s*"?([\w.-]+)"?\s*=\s*(.*)$/.exec(line.slice(0, 600)) ?? [];
      const asked = name === '' || name === 'python' ? null : openPoetryValue(value);
      if (asked !== null) found.push({ name, asked, line: index + 1 });
      continue;
    }
    const begins = table === 'project' && /^\s*dependencies\s*=\s*\[/.test(line);
    if (!begins && !inList) continue;
    const rest = withoutComment(begins ? line.slice(line.indexOf('[') + 1) : line);
    for (const [, , value = ''] of rest.matchAll(/(["'])(.*?)\1/g)) {
      const open = openRequirement(value);
      if (open !== null) found.push({ ...open, line: index + 1 });
    }
    inList = !/\]/.test(rest.replace(/(["']).*?\1/g, ''));
  }
  return found;
}

function withoutComment(line: string): string {
  return /^\s*#/.test(line) ? '' : line.slice(0, 5000);
}

/** Reads the list `dependencies` of a conda environment and the list `pip` in it, line by line. */
function openInEnvironment(text: string): readonly OpenRequirement[] {
  const found: OpenRequirement[] = [];
  let section = '';
  let pipIndent = Number.POSITIVE_INFINITY;
  for (const [index, line] of text.split('\n').entries()) {
    const key = /^([\w-]+):/.exec(line)?.[1];
    if (key !== undefined) section = key;
    const [, indent = '', entry = ''] = /^(\s*)-\s+(.*)$/.exec(line.slice(0, 600)) ?? [];
    if (section !== 'dependencies' || entry === '') continue;
    if (indent.length <= pipIndent)
      pipIndent = /^pip:\s*(?:#.*)?$/.test(entry) ? indent.length : Number.POSITIVE_INFINITY;
    if (indent.length === pipIndent) continue;
    const open = indent.length > pipIndent ? openRequirement(unquoted(entry)) : openCondaPackage(entry);
    if (open !== null) found.push({ ...open, line: index + 1 });
  }
  return found;
}

function unquoted(entry: string): string {
  return entry.trim().replace(/^(["'])(.*)\1$/, '$2');
}

/** What runs a training is in `dependencies`; tools of development are not asked for. */
function openInPackage(text: string): readonly OpenRequirement[] {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    // npm refuses it before anybody trains with it.
    return [];
  }
  return ['dependencies', 'optionalDependencies'].flatMap((section) => {
    const lineOf = keyFinder(text, section);
    return entriesOf(document, section).flatMap(([name, range]) => {
      const asked = typeof range === 'string' ? openNpmRange(range) : null;
      return asked === null ? [] : [{ name, asked, line: lineOf(name) }];
    });
  });
}

function entriesOf(document: unknown, key: string): readonly (readonly [string, unknown])[] {
  if (document === null || typeof document !== 'object' || !Object.hasOwn(document, key)) return [];
  const member = (document as Readonly<Record<string, unknown>>)[key]; // an object, as just checked
  return member !== null && typeof member === 'object' ? Object.entries(member) : [];
}

/** The line of a key in one section, when it is written over lines as npm does; else the line where the section begins. */
function keyFinder(text: string, section: string): (key: string) => number {
  const lines = new Map<string, number>();
  let begins = 0;
  for (const [index, line] of text.split('\n').entries()) {
    if (begins === 0 && line.includes(`"${section}"`)) begins = index + 1;
    else if (begins > 0 && /^\s*\}/.test(line)) break;
    const key = begins === 0 ? undefined : /^\s*"([^"\\]{1,214})"\s*:\s*"/.exec(line.slice(0, 600))?.[1];
    if (key !== undefined) lines.set(key, index + 1);
  }
  return (key) => lines.get(key) ?? Math.max(begins, 1);
}

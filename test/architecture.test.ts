import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');
const rooms = ['app', 'actions', 'cli', 'src', 'sandbox', 'test', 'bench', 'scripts'] as const;
const adapters = ['src/github/', 'src/store/'] as const;
const doors = ['app/', 'actions/', 'cli/'] as const;

interface Source {
  readonly path: string;
  readonly text: string;
  /** Imported files as paths from the root; packages and built-ins as they are written. */
  readonly imports: readonly string[];
}

const sources: readonly Source[] = rooms.flatMap((room) =>
  readdirSync(join(root, room), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.includes('dist/'))
    .map((name) => read(join(room, name))),
);

function read(path: string): Source {
  const text = readFileSync(join(root, path), 'utf8');
  const specifiers = [...text.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map((match) => match[1] ?? '');
  return {
    path,
    text,
    imports: specifiers.map((name) => (name.startsWith('.') ? normalize(join(dirname(path), name)) : name)),
  };
}

function offences(where: (source: Source) => boolean, bad: (imported: string) => boolean): readonly string[] {
  return sources
    .filter(where)
    .flatMap(({ path, imports }) => imports.filter(bad).map((imported) => `${path} → ${imported}`));
}

describe('the house', () => {
  it('keeps src from importing a door or the sandbox', () => {
    expect(
      offences(
        ({ path }) => path.startsWith('src/'),
        (imported) => [...doors, 'sandbox/', 'test/', 'bench/'].some((door) => imported.startsWith(door)),
      ),
    ).toEqual([]);
  });

  it('keeps doors from importing each other', () => {
    for (const door of doors) {
      expect(
        offences(
          ({ path }) => path.startsWith(door),
          (imported) => doors.some((other) => other !== door && imported.startsWith(other)),
        ),
      ).toEqual([]);
    }
  });

  it('keeps adapters from importing each other', () => {
    for (const adapter of adapters) {
      expect(
        offences(
          ({ path }) => path.startsWith(adapter),
          (imported) => adapters.some((other) => other !== adapter && imported.startsWith(other)),
        ),
      ).toEqual([]);
    }
  });

  it('lets only tests, scripts and the bench import the sandbox', () => {
    expect(
      offences(
        ({ path }) => !/^(sandbox|test|bench|scripts)\//.test(path),
        (imported) => imported.startsWith('sandbox/'),
      ),
    ).toEqual([]);
  });

  it('keeps decide and render pure: no I/O, no clock, no environment, no waiting', () => {
    const pure = ({ path }: Source): boolean => path.startsWith('src/decide/') || path.startsWith('src/render/');

    expect(
      offences(pure, (imported) => imported.startsWith('node:') || /octokit|probot|duckdb|pg/.test(imported)),
    ).toEqual([]);
    expect(
      offences(pure, (imported) =>
        adapters.some((adapter) => imported.startsWith(adapter) && !/-record\.ts$/.test(imported)),
      ),
    ).toEqual([]);
    const impure = /\b(async|await)\b|\bDate\.now\b|\bnew Date\(\)|\bprocess\.|\bMath\.random\b|\bperformance\./;
    expect(
      sources
        .filter(pure)
        .filter(({ text }) => impure.test(text.replace(/\/\*[\s\S]*?\*\/|\/\/.*|'[^'\n]*'|`[^`]*`/g, '')))
        .map(({ path }) => path),
    ).toEqual([]);
  });

  it('has no file over 300 lines and no name that says nothing', () => {
    expect(
      sources
        .filter(({ text }) => text.split('\n').length > 301)
        .map(({ path, text }) => `${path}: ${text.split('\n').length}`),
    ).toEqual([]);
    expect(
      sources
        .filter(({ path }) => /\/(utils?|helpers?|common|types|misc|manager|service)\.ts$/.test(path))
        .map(({ path }) => path),
    ).toEqual([]);
  });

  it('gives every exported thing of src a doc comment', () => {
    const bare = sources
      .filter(({ path }) => path.startsWith('src/'))
      .flatMap(({ path, text }) => {
        const lines = text.split('\n');
        const documented = new Set<string>();
        return lines.flatMap((line, index) => {
          const name = /^export (?:declare )?(?:async )?(?:function\*?|const|class|interface|type) (\w+)/.exec(
            line,
          )?.[1];
          if (name === undefined) return [];
          // A schema and the type inferred from it share one name and one comment.
          if (/\*\/\s*$/.test(lines[index - 1] ?? '')) documented.add(name);
          return documented.has(name) ? [] : [`${path}: ${name}`];
        });
      });

    expect(bare).toEqual([]);
  });

  it('says in CONTRIBUTING why each runtime dependency is there', () => {
    const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
      dependencies: Record<string, string>;
    };
    const text = readFileSync(join(root, 'CONTRIBUTING.md'), 'utf8');

    expect(Object.keys(dependencies).filter((name) => !text.includes(`\`${name}\``))).toEqual([]);
  });
});

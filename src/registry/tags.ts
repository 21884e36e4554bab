import { isVersion } from './version.ts';

/** What a tag says of an artifact, in the grammar of GTO. */
export type TagAction =
  | { readonly kind: 'register' | 'deregister'; readonly version: string }
  | { readonly kind: 'assign' | 'unassign'; readonly stage: string }
  | { readonly kind: 'deprecate' | 'create' };

/** A tag's name, taken apart. */
export interface RegistryTag {
  /** As people write it: `dir:name` for the tag's `dir=name`. */
  readonly artifact: string;
  readonly action: TagAction;
  /** The number behind the last `#`; null when there is none. */
  readonly counter: number | null;
}

const name = '[a-zA-Z0-9](?:[a-zA-Z0-9/_-]*[a-zA-Z0-9])?';
const artifactName = `(?:[a-zA-Z0-9_./-]+=)?${name}`;
const pattern = new RegExp(
  `^(?<artifact>${artifactName})(?:(?:#(?<stage>${name})|@v(?<version>[0-9][0-9a-zA-Z.+-]*))(?<off>!?)|@(?<word>deprecated|created))(?:#(?<counter>[0-9]{1,15}))?$`,
);
const longest = 500;

/** Reads the name of a tag; null when it is no registry's. A version that is not semantic makes it none. */
export function parseTag(tag: string): RegistryTag | null {
  const parts = tag.length > longest ? undefined : pattern.exec(tag)?.groups;
  if (parts === undefined) return null;
  const action = actionOf(parts);
  if (action === null) return null;
  const { artifact = '', counter } = parts;
  return { artifact: artifact.replace('=', ':'), action, counter: counter === undefined ? null : Number(counter) };
}

/** The name of a tag; null when the artifact or the stage has a name that the grammar does not know. */
export function renderTag({ artifact, action, counter }: RegistryTag): string | null {
  const text = `${artifact.replace(':', '=')}${verb(action)}${counter === null ? '' : `#${counter}`}`;
  return parseTag(text) === null ? null : text;
}

function actionOf(parts: Readonly<Record<string, string | undefined>>): TagAction | null {
  const { stage, version, off, word } = parts;
  const isOff = off === '!';
  if (stage !== undefined) return { kind: isOff ? 'unassign' : 'assign', stage };
  if (version === undefined) return { kind: word === 'deprecated' ? 'deprecate' : 'create' };
  return isVersion(version) ? { kind: isOff ? 'deregister' : 'register', version } : null;
}

function verb(action: TagAction): string {
  switch (action.kind) {
    case 'register':
      return `@v${action.version}`;
    case 'deregister':
      return `@v${action.version}!`;
    case 'assign':
      return `#${action.stage}`;
    case 'unassign':
      return `#${action.stage}!`;
    case 'deprecate':
      return '@deprecated';
    case 'create':
      return '@created';
    default:
      return action satisfies never;
  }
}

import { folderOf, nameOf } from './change-facts.ts';

const card = /^(?:(?:model|data|dataset)[-_ ]?card|datasheet|readme)(?:[-_.][\w.-]*)?\.(?:md|rst|txt|ya?ml|json)$/i;
const manifest = /^(?:release\.ya?ml|mlmodel)$/i;

/** Whether a file tells people about the model or the data beside it: a card, a datasheet or a README. */
export function isCard(path: string): boolean {
  return card.test(nameOf(path));
}

/** Whether a file is the manifest of a model's release, which binds its digest. */
export function isManifest(path: string): boolean {
  return manifest.test(nameOf(path));
}

/** The folders in which a card of a file is looked for: its own, the one above, and that of the model's releases. */
export function cardFolders(path: string, model: string | null): readonly string[] {
  const own = folderOf(path);
  const above = own === '' ? [] : [folderOf(own)];
  // A README at the root is about the repository, unless the file stands there itself.
  return [own, ...above.filter((folder) => folder !== ''), ...(model === null ? [] : [`models/${model}`])];
}

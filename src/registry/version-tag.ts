import { renderTag } from './tags.ts';

/** The tag that registers a version of a model. */
export function versionTag(model: string, version: string): string {
  // A name that the grammar does not know is refused with the manifest; its tag would be one all the same.
  return renderTag({ artifact: model, action: { kind: 'register', version }, counter: null }) ?? `${model}@v${version}`;
}

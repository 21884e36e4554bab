/** What a cloud takes as the value of a tag: upper and lower case or lower case only, and how much of it. */
export interface TagForm {
  readonly alphabet: 'base64url' | 'hex';
  readonly length: number;
}

/** A record as tags `siskin-0`, `siskin-1` and so on. */
export function toTags(word: string, { alphabet, length }: TagForm): Readonly<Record<string, string>> {
  const text = Buffer.from(word).toString(alphabet);
  const parts = Math.max(1, Math.ceil(text.length / length));
  return Object.fromEntries(
    Array.from({ length: parts }, (_, index) => [`siskin-${index}`, text.slice(index * length, (index + 1) * length)]),
  );
}

/** The record in tags; null when there is none. Tags beyond a part that is not full are of an older, longer record. */
export function fromTags(tags: Readonly<Record<string, string>>, { alphabet, length }: TagForm): string | null {
  let text = '';
  for (let index = 0; ; index += 1) {
    const part = tags[`siskin-${index}`];
    if (part === undefined) break;
    text += part;
    if (part.length < length) break;
  }
  return text === '' ? null : Buffer.from(text, alphabet).toString('utf8');
}

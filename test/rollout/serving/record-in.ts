/** The candidate's deployment, `<before>2-0-0`, by the record in an endpoint's tags; null when there is none. */
export function candidateIn(
  tags: Readonly<Record<string, string>>,
  { alphabet, before }: { readonly alphabet: 'base64url' | 'hex'; readonly before: string },
): string | null {
  const text = Array.from({ length: 20 }, (_, index) => tags[`siskin-${index}`] ?? '').join('');
  const version = new URLSearchParams(Buffer.from(text, alphabet).toString()).get('candidate-version');
  return version === null ? null : `${before}${version.replaceAll('.', '-')}`;
}

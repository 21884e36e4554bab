/** The tag that registers a version, in the grammar of GTO: https://mlem.ai/doc/gto */
export function registrationTag(model: string, version: string): string {
  return `${model}@v${version}`;
}

/**
 * The tag that gives a commit's version to an environment: the newest where it has that commit already (`stands`), else
 * the one after the newest. Tags of another form are passed over, and a number that is taken is never used again.
 */
export function nextAssignment(
  tags: readonly { readonly name: string; readonly sha: string }[],
  { model, environment, sha }: { readonly model: string; readonly environment: string; readonly sha: string },
): { readonly name: string; readonly stands: boolean } {
  const prefix = `${model}#${environment}#`;
  const numbered = tags
    .flatMap(({ name, sha: commit }) => {
      const digits = name.startsWith(prefix) ? name.slice(prefix.length) : '';
      return /^[1-9]\d{0,14}$/.test(digits) ? [{ name, commit, number: Number(digits) }] : [];
    })
    .sort((a, b) => b.number - a.number);
  const [newest] = numbered;
  if (newest !== undefined && newest.commit === sha) return { name: newest.name, stands: true };
  return { name: `${prefix}${(newest?.number ?? 0) + 1}`, stands: false };
}

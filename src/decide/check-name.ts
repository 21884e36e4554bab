/** The check run of one model. A branch rule can require it, so it never changes. */
export function checkName(model: string): string {
  return `siskin: ${model}`;
}

/** The check run of a policy that cannot be used, or that a pull request edits. No model's check is called so. */
export const policyCheckName = 'siskin policy';

/** The model whose check has this name, or null when it is not the check of a model. */
export function modelOfCheck(name: string): string | null {
  return name.startsWith('siskin: ') ? name.slice('siskin: '.length) : null;
}

/** The program that a variable of .ci/with-tools names; a suite that needs it fails without it, and never skips. */
export function toolAt(variable: `SISKIN_${string}`): string {
  const path = process.env[variable];
  if (path === undefined || path === '') {
    throw new Error(
      `expected ${variable} to name a program, found nothing; run \`.ci/install-tools FOLDER\` and then \`.ci/with-tools FOLDER npm run test:wider\``,
    );
  }
  return path;
}

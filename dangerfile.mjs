// Danger compiles TypeScript with the API of a compiler that TypeScript 7 has not; Node reads the review as it is.
import { review } from './dangerfile.ts';

/** `danger`, `fail` and `warn` are globals that Danger makes. */
export default async function run() {
  const say = { fail: globalThis.fail, warn: globalThis.warn };
  for (const { kind, text } of await review(globalThis.danger.git)) say[kind](text);
}

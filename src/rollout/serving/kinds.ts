import type { ServingKind } from './kind.ts';

/** Every serving platform by the `kind` of its connections: one line each, `<kind>: servingKind({ Connection, Target, open })`. */
export const servingKinds: Readonly<Record<string, ServingKind>> = {};

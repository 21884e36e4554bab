/** A slash command after parsing: typed values only, no text to interpret later. A new verb is one new member here. */
export type Command =
  | { readonly verb: 'help' }
  | { readonly verb: 'status' }
  | { readonly verb: 'evaluate'; readonly model: string | null }
  | { readonly verb: 'train'; readonly model: string | null }
  | { readonly verb: 'cancel' }
  | { readonly verb: 'unknown'; readonly text: string; readonly reason: string; readonly suggestion: string | null };

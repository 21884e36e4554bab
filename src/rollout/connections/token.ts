import { z } from 'zod';
import { type Ask, askJson } from './ask.ts';
import { understood } from './understood.ts';

const Answer = z.looseObject({ access_token: z.string().min(1), expires_in: z.coerce.number().default(300) });

/** Asks an OAuth token endpoint, and again shortly before the token ends. `form` is made for each request. */
export function tokenSource(options: {
  readonly ask: Pick<Ask, 'name' | 'timeoutMs'>;
  readonly now: () => number;
  readonly form: () => Promise<{ readonly url: string; readonly fields: Readonly<Record<string, string>> }>;
}): () => Promise<string> {
  let held: { readonly token: Promise<string>; until: number } | null = null;
  return () => {
    if (held !== null && options.now() < held.until) return held.token;
    // Parts of one metric ask at the same time: they share the request, and nobody keeps one that failed.
    const asking = { token: ask(), until: Number.POSITIVE_INFINITY };
    held = asking;
    return asking.token;

    async function ask(): Promise<string> {
      try {
        const { token, seconds } = await askToken(options);
        asking.until = options.now() + (seconds - 60) * 1000;
        return token;
      } catch (error) {
        held = null;
        throw error;
      }
    }
  };
}

async function askToken({
  ask,
  form,
}: Parameters<typeof tokenSource>[0]): Promise<{ readonly token: string; readonly seconds: number }> {
  const { url, fields } = await form();
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  const body = new URLSearchParams(fields).toString();
  const answer = await askJson({
    ...ask,
    url,
    method: 'POST',
    headers,
    body,
    limitBytes: 1_000_000,
    hidden: Object.values(fields),
  });
  const said = understood(answer, { schema: Answer, name: ask.name, service: 'a token endpoint' });
  return { token: said.access_token, seconds: said.expires_in };
}

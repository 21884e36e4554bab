import { z } from 'zod';
import type { Problem } from '../../error.ts';
import type { SchemaNode } from '../../policy/json-schema.ts';
import { parseDocument } from '../../policy/parse-document.ts';
import { Secret } from '../connections/secret.ts';

const LabelName = z.string().min(1).max(100);

/** Who may tell of alerts, how they prove that it is them, and about what they may speak. */
export const AlertReceiver = z.strictObject({
  format: z
    .enum(['alertmanager', 'generic'])
    .default('alertmanager')
    .describe('alertmanager: the webhook of Prometheus Alertmanager. generic: the JSON that docs/rollouts.md shows.'),
  token: Secret.optional().describe('The sender gives this in `Authorization: Bearer …`.'),
  hmac: Secret.optional().describe(
    'The sender signs the body with this (HMAC-SHA-256) in `X-Siskin-Signature-256: sha256=…`.',
  ),
  repositories: z
    .array(z.string().regex(/^[A-Za-z0-9_.-]{1,100}\/[A-Za-z0-9_.-]{1,100}$/, '`owner/name`'))
    .min(1)
    .max(100)
    .describe('The repositories whose rollouts its alerts may stop.'),
  environments: z.array(z.string().min(1).max(63)).min(1).max(50).describe('The environments it may speak about.'),
  models: z.array(z.string().min(1).max(63)).min(1).max(100).optional().describe('The models; absent: all.'),
  labels: z
    .strictObject({
      repository: LabelName.default('repository'),
      environment: LabelName.default('environment'),
      model: LabelName.default('model'),
    })
    .prefault({})
    .describe('How the labels are called that say what an alert is about.'),
});
export type AlertReceiver = z.infer<typeof AlertReceiver>;

const AlertsFile = z.strictObject({
  receivers: z.record(z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/), AlertReceiver),
});

/** Every receiver of a file by name, or everything that is wrong with it. One without a proof is wrong, too. */
export function parseReceivers(options: {
  readonly text: string;
  readonly file: string;
}):
  | { readonly kind: 'valid'; readonly receivers: Readonly<Record<string, AlertReceiver>> }
  | { readonly kind: 'invalid'; readonly problems: readonly Problem[] } {
  // What zod makes of this schema uses the keywords of SchemaNode only.
  const schema = z.toJSONSchema(AlertsFile, { io: 'input', target: 'draft-7' }) as SchemaNode;
  const words = {
    what: 'receivers of alerts',
    propose: 'begin with `receivers:`, and read docs/rollouts.md',
    begin: 'begin with `receivers:`',
  };
  const parsed = parseDocument({ ...options, document: AlertsFile, schema, words, findings: () => [] });
  if (parsed.kind === 'invalid') return parsed;
  const { receivers } = parsed.value;
  const problems = Object.entries(receivers).flatMap(([name, { token, hmac }]): readonly Problem[] =>
    (token === undefined) === (hmac === undefined) ? [unproven(options.file, name)] : [],
  );
  return problems.length > 0 ? { kind: 'invalid', problems } : { kind: 'valid', receivers };
}

function unproven(file: string, name: string): Problem {
  return {
    file,
    path: `receivers.${name}`,
    line: 1,
    column: 1,
    expected: 'either `token` or `hmac`',
    found: 'both or neither',
    fix: 'name one: whoever can reach the address could stop rollouts otherwise',
  };
}

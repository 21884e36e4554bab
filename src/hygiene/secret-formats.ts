/** One kind of secret that can be told by its form alone. */
export interface SecretFormat {
  readonly kind: string;
  /** Finds the secret; its first group is what is secret of it. Every repetition is bounded, so that time stays linear. */
  readonly pattern: RegExp;
  /** What its owner does once it was in git. */
  readonly revoke: string;
}

/**
 * Formats that their issuers document or that their prefix makes unmistakable. A form that other texts share (a bare hex
 * digest, a UUID) is left out: a rule that cries wolf is switched off.
 */
export const secretFormats: readonly SecretFormat[] = [
  format('an AWS access key id', /\b((?:AKIA|ASIA)[A-Z2-7]{16})\b/g, 'deactivate it in IAM'),
  format('a GitHub token', /\b(gh[pousr]_[A-Za-z0-9]{36,255})\b/g, 'revoke it in the settings of its owner'),
  format('a GitHub fine-grained token', /\b(github_pat_[A-Za-z0-9_]{82})\b/g, 'revoke it in the settings of its owner'),
  format('a GitLab token', /\b(gl(?:pat|dt|rt|ptt|cbt)-[A-Za-z0-9_-]{20,100})/g, 'revoke it in GitLab'),
  format('a Hugging Face token', /\b(hf_[A-Za-z]{34})\b/g, 'invalidate it in the settings of its owner'),
  format('an Anthropic API key', /\b(sk-ant-[a-z0-9]{2,10}-[A-Za-z0-9_-]{80,120})/g, 'delete it in the console'),
  format(
    'an OpenAI API key',
    /\b(sk-(?:proj-|svcacct-|admin-)?[A-Za-z0-9_-]{20,100}T3BlbkFJ[A-Za-z0-9_-]{20,100})/g,
    'revoke it in the dashboard',
  ),
  format('a Google API key', /\b(AIza[A-Za-z0-9_-]{35})(?![A-Za-z0-9_-])/g, 'delete it in the Cloud console'),
  format('a Slack token', /\b(xox[abeoprs]-[0-9]{6,20}-[A-Za-z0-9-]{10,200})/g, 'revoke it in Slack'),
  format(
    'a Slack webhook address',
    /\bhooks\.slack\.com\/services\/(T[A-Z0-9]{6,20}\/B[A-Z0-9]{6,20}\/[A-Za-z0-9]{20,40})\b/g,
    'remove the webhook in Slack',
  ),
  format('a Stripe live key', /\b((?:sk|rk)_live_[A-Za-z0-9]{24,200})\b/g, 'roll it in the dashboard'),
  format('an npm token', /\b(npm_[A-Za-z0-9]{36})\b/g, 'revoke it with `npm token revoke`'),
  format('a PyPI token', /\b(pypi-AgE[A-Za-z0-9_-]{50,300})/g, 'delete it in the account’s settings'),
  format('a SendGrid key', /\b(SG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43})(?![A-Za-z0-9_-])/g, 'delete it in SendGrid'),
  format('a Databricks token', /\b(dapi[0-9a-f]{32})(?:-\d)?\b/g, 'revoke it in the workspace'),
  format('a DigitalOcean token', /\b(do[opr]_v1_[0-9a-f]{64})\b/g, 'revoke it in the control panel'),
  format('an Azure storage key', /\bAccountKey=([A-Za-z0-9+/]{86}==)/g, 'rotate it in the storage account'),
  format(
    'a Weights & Biases key',
    /\bWANDB_API_KEY["']?[ \t]{0,5}[:=][ \t]{0,5}["']?([0-9a-f]{40})\b/g,
    'delete it in the settings of its owner',
  ),
  format(
    'an AWS secret key',
    /\baws_secret_access_key["']?[ \t]{0,5}[:=][ \t]{0,5}["']?([A-Za-z0-9+/]{40})(?![A-Za-z0-9+/=])/gi,
    'deactivate it in IAM',
  ),
];

/** The line that begins a private key in PEM; whether a key follows is for the next letters to say. */
export const privateKeyHeader = /-----BEGIN (?:[A-Z0-9]{2,10} ){0,2}PRIVATE KEY(?: BLOCK)?-----/g;

function format(kind: string, pattern: RegExp, revoke: string): SecretFormat {
  return { kind, pattern, revoke };
}

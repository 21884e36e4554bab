// Stands in for actions/setup-node: takes the Node.js on PATH if it is the one that is asked for.
const { spawnSync } = require('node:child_process');
const { appendFileSync, readFileSync } = require('node:fs');
const { join } = require('node:path');

const wanted = (process.env['INPUT_NODE-VERSION'] || versionIn(process.env['INPUT_NODE-VERSION-FILE'])).replace(
  /^v/,
  '',
);
const found = spawnSync('node', ['--version'], { encoding: 'utf8' });
if (found.status !== 0) {
  fail('expected Node.js on PATH, found none; install it on the runner');
} else {
  const version = found.stdout.trim();
  if (!satisfies(version.slice(1), wanted)) {
    fail(`expected Node.js ${wanted}, found ${version} on PATH; this runner downloads nothing`);
  } else {
    appendFileSync(process.env.GITHUB_OUTPUT, `node-version=${version}\ncache-hit=false\n`);
    console.log(`Found Node.js ${version}`);
  }
}

function versionIn(file) {
  return file ? readFileSync(join(process.env.GITHUB_WORKSPACE, file), 'utf8').trim() : '';
}

function satisfies(version, range) {
  if (['', '*', 'latest', 'current', 'node', 'lts/*'].includes(range)) {
    return true;
  }
  const bounds = /^\s*(>=|\^|~)?\s*(\d+(?:\.\d+)*)(?:\.x)?\s*$/.exec(range);
  if (bounds === null) {
    return false;
  }
  const parts = bounds[2].split('.').map(Number);
  const have = version.split('.').map(Number);
  const difference = parts.map((part, index) => have[index] - part).find((step) => step !== 0) ?? 0;
  const sameMajor = have[0] === parts[0];
  return difference === 0 || (difference > 0 && (bounds[1] === '>=' || (bounds[1] !== undefined && sameMajor)));
}

function fail(message) {
  console.log(`::error::${message}`);
  process.exitCode = 1;
}

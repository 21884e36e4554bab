// Stands in for actions/setup-python: takes the Python on PATH if it is the one that is asked for.
const { spawnSync } = require('node:child_process');
const { appendFileSync, mkdirSync, readFileSync, rmSync, symlinkSync } = require('node:fs');
const { join } = require('node:path');

const wanted = process.env['INPUT_PYTHON-VERSION'] || versionIn(process.env['INPUT_PYTHON-VERSION-FILE']);
const found = spawnSync('python3', ['-c', 'import platform, sys; print(platform.python_version(), sys.executable)'], {
  encoding: 'utf8',
});
if (found.status !== 0) {
  fail('expected Python on PATH, found none; install it on the runner');
} else {
  const [version, executable] = found.stdout.trim().split(' ');
  if (!satisfies(version, wanted)) {
    fail(`expected Python ${wanted}, found ${version} on PATH; this runner downloads nothing`);
  } else {
    // The official action makes `python` the version that was asked for, which a machine may know as `python3` only.
    const bin = join(process.env.RUNNER_TEMP, '_python', 'bin');
    rmSync(bin, { recursive: true, force: true });
    mkdirSync(bin, { recursive: true });
    symlinkSync(executable, join(bin, 'python'));
    appendFileSync(process.env.GITHUB_PATH, `${bin}\n`);
    appendFileSync(
      process.env.GITHUB_OUTPUT,
      `python-version=${version}\npython-path=${executable}\ncache-hit=false\n`,
    );
    console.log(`Successfully set up CPython (${version})`);
  }
}

function versionIn(file) {
  return file ? readFileSync(join(process.env.GITHUB_WORKSPACE, file), 'utf8').trim() : '';
}

function satisfies(version, range) {
  const bounds = /^[\s]*(?:(>=)?\s*(\d+(?:\.\d+)*)(?:\.x)?)?\s*$/.exec(range);
  if (bounds === null) {
    return false;
  }
  const [, atLeast, given] = bounds;
  if (given === undefined) {
    return true;
  }
  const parts = given.split('.').map(Number);
  const have = version.split('.').map((part) => Number.parseInt(part, 10));
  const difference = parts.map((part, index) => have[index] - part).find((step) => step !== 0) ?? 0;
  return difference === 0 || (atLeast === '>=' && difference > 0);
}

function fail(message) {
  console.log(`::error::${message}`);
  process.exitCode = 1;
}

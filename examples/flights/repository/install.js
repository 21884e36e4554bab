// Installs the packages of package-lock.json, unless Node finds all of them already (the image of a runner may carry them).
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const { dependencies } = JSON.parse(readFileSync('package.json', 'utf8'));
if (!Object.keys(dependencies).every(isThere)) {
  const { status } = spawnSync('npm', ['ci', '--no-audit', '--no-fund'], { stdio: 'inherit', shell: true });
  process.exitCode = status ?? 1;
}

function isThere(name) {
  try {
    import.meta.resolve(name);
    return true;
  } catch {
    return false;
  }
}

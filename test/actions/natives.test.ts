import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { flights } from '../scenarios/late-arrivals.ts';
import { openStage } from './stage.ts';

const workflow = `on: { workflow_dispatch: {} }
jobs:
  drift:
    runs-on: ubuntu-latest
    env:
      npm_config_registry: http://127.0.0.1:9/
      npm_config_fetch_retries: 0
      npm_config_cache: \${{ runner.temp }}/npm
    steps:
      - uses: actions/checkout@v5
      - uses: siskin-dev/siskin/actions/drift@v0
        with: { reference: train.csv, current: train.csv }
`;

it.each([
  ['filled', 'success'],
  ['empty', 'failure'],
] as const)('without a network, a runner whose tool cache is %s ends with %s', async (natives, conclusion) => {
  await using stage = await openStage({ workflow, natives, files: { 'train.csv': flights() } });

  const report = await stage.world.run();

  expect(report.jobs).toEqual({ drift: conclusion });
  if (conclusion === 'failure') {
    const said = report.annotations('drift').join();
    expect(said).toContain('expected npm to install the native packages into');
    expect(said).toContain('give the runner npm and a registry, or fill that folder in its image');
    expect(said).toMatch(/found: .*127\.0\.0\.1:9.*; give/);
    expect(said).not.toContain('\n');
    const cache = join(stage.toolCache, 'siskin-natives');
    const left = existsSync(cache) ? readdirSync(cache, { recursive: true, encoding: 'utf8' }) : [];
    expect(left.filter((name) => name.includes('installing-'))).toEqual([]);
  }
});

import * as core from '@actions/core';
import { profileFiles } from '../../src/data/profile-files.ts';
import { compareDatasets } from '../../src/drift/compare-datasets.ts';
import { AppError } from '../../src/error.ts';
import { DriftPolicy } from '../../src/policy/drift-policy.ts';
import { columnTable } from '../../src/render/data-section.ts';
import { runAction } from '../door.ts';
import { linesInput } from '../lines-input.ts';
import { provideNatives } from '../natives.ts';
import { profileCache } from '../profile-cache.ts';

await runAction(async () => {
  const policy = policyInput();
  await provideNatives();
  const reference = await profiled('reference');
  const current = await profiled('current');
  const report = await compareDatasets({ reference, current, policy, rows: { reference, current } });
  const moved = Object.entries(report.columns).flatMap(([name, { verdict }]) => (verdict === 'moved' ? [name] : []));
  await core.summary.addRaw(`### Drift: ${report.verdict}\n\n${columnTable(report)}\n`).write();
  core.setOutput('verdict', report.verdict);
  core.setOutput('moved', JSON.stringify(moved));
  const words = `${moved.length} of ${Object.keys(report.columns).length} columns moved${moved.length === 0 ? '' : `: ${moved.join(', ')}`}`;
  const critical = report.criticalMoved ?? [];
  if (critical.length > 0)
    core.setFailed(
      `expected critical columns to stay, found ${critical.join(', ')} moved or missing; look at the job summary`,
    );
  else if (policy.rule === 'fail' && report.verdict === 'moved')
    core.setFailed(`expected no column to move, found that ${words}; look at the job summary`);
  else core.info(words);
});

function policyInput(): DriftPolicy {
  const [block, windows, time] = [core.getInput('block'), core.getInput('windows'), core.getInput('time')];
  const parsed = DriftPolicy.safeParse({
    rule: core.getInput('rule'),
    alpha: Number(core.getInput('alpha')),
    effect: Number(core.getInput('effect')),
    ignore: [...linesInput('ignore')],
    critical: [...linesInput('critical')],
    ...(block !== '' && { block: { column: block, size: core.getInput('block-size') } }),
    ...(windows !== '' && {
      windows: { size: /^\d+$/.test(windows) ? Number(windows) : windows, ...(time !== '' && { time }) },
    }),
  });
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ');
  throw new AppError(
    'bad-config',
    `expected inputs as the action's README says, found ${problems}; correct them in the workflow`,
  );
}

async function profiled(side: 'reference' | 'current') {
  const place = { root: core.getInput('path'), paths: linesInput(side) };
  return { ...(await profileFiles({ ...place, cache: profileCache() })), place };
}

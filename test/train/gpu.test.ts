import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { parseGpuLine, watchGpu } from '../../src/train/gpu.ts';

describe('a line of nvidia-smi', () => {
  it.each([
    ['NVIDIA L4, 3112, 97', { name: 'NVIDIA L4', peakMemoryBytes: 3112 * 1024 * 1024, peakUtilization: 0.97 }],
    ['NVIDIA A100, 0, [N/A]', { name: 'NVIDIA A100', peakMemoryBytes: 0, peakUtilization: 0 }],
    ['NVIDIA A100, [N/A], 3', null],
    ['No devices were found', null],
    ['', null],
  ])('%s', (line, expected) => {
    expect(parseGpuLine(line)).toEqual(expected);
  });
});

describe('watching a GPU', () => {
  const path = process.env['PATH'] ?? '';
  afterEach(() => {
    process.env['PATH'] = path;
  });

  /** A stand-in for the driver's own program, which prints what these lines say and then waits as the real one does. */
  function withNvidiaSmi(lines: string): void {
    const folder = mkdtempSync(join(tmpdir(), 'siskin-gpu-'));
    const file = join(folder, 'nvidia-smi');
    writeFileSync(file, `#!/bin/sh\n[ "$1" = -L ] && exit 0\nprintf '${lines}'\nexec sleep 60\n`);
    chmodSync(file, 0o755);
    process.env['PATH'] = `${folder}${delimiter}${path}`;
  }

  it('keeps the highest memory and utilization that were seen', async () => {
    withNvidiaSmi('NVIDIA L4, 100, 97\\nNVIDIA L4, 300, 5\\nNVIDIA L4, 200, 50\\n');

    const watched = watchGpu();
    await setTimeout(300);

    expect(await watched.stop()).toEqual({
      name: 'NVIDIA L4',
      peakMemoryBytes: 300 * 1024 * 1024,
      peakUtilization: 0.97,
    });
  });

  it('says nothing of a machine that has none', async () => {
    process.env['PATH'] = '/nonexistent';

    expect(await watchGpu().stop()).toBeNull();
  });
});

import { spawn, spawnSync } from 'node:child_process';
import { createInterface } from 'node:readline';

/** What the busiest GPU of the machine was seen to use: memory in bytes, utilization as a share. */
export interface GpuUse {
  readonly name: string;
  readonly peakMemoryBytes: number;
  readonly peakUtilization: number;
}

const query = ['--query-gpu=name,memory.used,utilization.gpu', '--format=csv,noheader,nounits'];

/** Samples nvidia-smi every two seconds where there is one. `stop` gives null on a machine without an NVIDIA GPU. */
export function watchGpu(): { readonly stop: () => Promise<GpuUse | null> } {
  if (spawnSync('nvidia-smi', ['-L'], { stdio: 'ignore' }).status !== 0) return { stop: async () => null };
  let peak: GpuUse | null = null;
  const watcher = spawn('nvidia-smi', [...query, '--loop=2'], { stdio: ['ignore', 'pipe', 'ignore'] });
  const reading = (async () => {
    for await (const line of createInterface({ input: watcher.stdout })) peak = higher(peak, parseGpuLine(line));
  })();
  return {
    stop: async () => {
      watcher.kill();
      await reading;
      return peak;
    },
  };
}

/** One line of nvidia-smi's CSV (name, MiB, percent); null when it says `[N/A]` or anything else that is no number. */
export function parseGpuLine(line: string): GpuUse | null {
  const [name, memory, utilization] = line.split(', ').map((field) => field.trim());
  if (name === undefined || !/^\d+$/.test(memory ?? '')) return null;
  const share = /^\d+$/.test(utilization ?? '') ? Number(utilization) / 100 : 0;
  return { name, peakMemoryBytes: Number(memory) * 1024 * 1024, peakUtilization: share };
}

function higher(peak: GpuUse | null, now: GpuUse | null): GpuUse | null {
  if (peak === null || now === null) return peak ?? now;
  return {
    name: now.peakMemoryBytes > peak.peakMemoryBytes ? now.name : peak.name,
    peakMemoryBytes: Math.max(peak.peakMemoryBytes, now.peakMemoryBytes),
    peakUtilization: Math.max(peak.peakUtilization, now.peakUtilization),
  };
}

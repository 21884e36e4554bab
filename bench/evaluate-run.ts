import { join } from 'node:path';
import { evaluateModels } from '../src/evaluate/evaluate.ts';
import { parsePolicy } from '../src/policy/parse.ts';

/** What each round took (one round per process), and the most memory that this process held. */
export interface EvaluateRun {
  readonly seconds: readonly number[];
  readonly processorSeconds: readonly number[];
  readonly peakBytes: number;
}

const text = `version: 1
models:
  boosted-trees:
    model: model.onnx
    task: binary
    target: target
    data: { train: [train.parquet], holdout: [holdout.parquet] }
    metrics:
      accuracy: { kind: info }
      roc-auc: { kind: info }
      log-loss: { kind: info }
`;

async function run(folder: string): Promise<EvaluateRun> {
  const parsed = parsePolicy({ text, file: 'siskin.yml' });
  const policy = parsed.kind === 'valid' ? parsed.policy.models['boosted-trees'] : undefined;
  if (policy === undefined) throw new Error(`expected a policy, found ${JSON.stringify(parsed)}`);
  const [started, used] = [performance.now(), process.cpuUsage()];
  await evaluateModels({ holdoutRoot: folder, policy, candidate: join(folder, 'model.onnx'), champion: null });
  const { user, system } = process.cpuUsage(used);
  return {
    seconds: [(performance.now() - started) / 1000],
    processorSeconds: [(user + system) / 1e6],
    peakBytes: process.resourceUsage().maxRSS * 1024,
  };
}

if (import.meta.main) process.stdout.write(JSON.stringify(await run(process.argv[2] ?? '')));

import type { EvaluationReport } from '../evaluate/evaluation-report.ts';
import type { Operators, ServingCost } from '../evaluate/serving/serving-report.ts';
import type { EdgePolicy } from '../policy/comparison-policy.ts';
import type { ModelPolicy } from '../policy/policy.ts';
import { bytes, milliseconds } from '../render/number.ts';
import type { Verdict } from '../verdict.ts';
import type { EdgeVerdict } from './judgement.ts';

/** Every bound of the edge gate held against the cost of serving the candidate. What nobody could measure is not kept. */
export function judgeEdge(options: {
  readonly policy: Pick<ModelPolicy, 'edge'>;
  readonly evaluation: EvaluationReport | null;
  /** What stands for a measurement that is not there. */
  readonly absent: { readonly verdict: 'error'; readonly reason: string };
}): readonly EdgeVerdict[] {
  const { edge } = options.policy;
  if (edge === undefined) return [];
  const cost = options.evaluation?.serving?.candidate;
  return checks.flatMap(({ key, bound, look }) => {
    if (edge[key] === undefined) return [];
    const found = cost === undefined ? options.absent : look(cost, edge);
    return [{ key, bound: bound(edge), ...found }];
  });
}

interface Found {
  readonly verdict: Verdict;
  readonly reason: string;
}

interface Check {
  readonly key: EdgeVerdict['key'];
  readonly bound: (edge: EdgePolicy) => string;
  readonly look: (cost: ServingCost, edge: EdgePolicy) => Found;
}

const kept: Found = { verdict: 'pass', reason: '' };

const checks: readonly Check[] = [
  {
    key: 'max-bytes',
    bound: (edge) => `size ≤ ${bytes(edge['max-bytes'] ?? 0)}`,
    look: (cost, edge) => {
      const limit = edge['max-bytes'] ?? 0;
      return cost.bytes <= limit ? kept : broken(`${bytes(cost.bytes)} is above ${bytes(limit)}`);
    },
  },
  {
    key: 'max-latency-ms',
    bound: (edge) => `one row on one thread ≤ ${milliseconds(edge['max-latency-ms'] ?? 0)}`,
    look: ({ singleThread: { median, low, high } }, edge) => {
      const limit = edge['max-latency-ms'] ?? 0;
      if (median.kind !== 'value') return unknown(median.reason);
      if (high !== null && high <= limit) return kept;
      if (low !== null && low > limit) return broken(`${milliseconds(median.value)} is above ${milliseconds(limit)}`);
      return { verdict: 'inconclusive', reason: 'the timing is too noisy to decide' };
    },
  },
  {
    key: 'max-memory-bytes',
    bound: (edge) => `memory ≤ ${bytes(edge['max-memory-bytes'] ?? 0)}`,
    look: ({ peakMemory }, edge) => {
      const limit = edge['max-memory-bytes'] ?? 0;
      if (peakMemory.kind !== 'value') return unknown(peakMemory.reason);
      return peakMemory.value <= limit ? kept : broken(`${bytes(peakMemory.value)} is above ${bytes(limit)}`);
    },
  },
  {
    key: 'operators',
    bound: (edge) => `only ${(edge.operators ?? []).length} allowed operators`,
    look: ({ operators }, edge) => {
      if (operators === null) return unknown('the operators of this kind of model cannot be listed');
      const others = forbiddenOperators(operators, edge.operators ?? []);
      if (others.length === 0) return kept;
      const more = others.length > 5 ? ` and ${others.length - 5} more` : '';
      return broken(`it needs ${others.slice(0, 5).join(', ')}${more}, which are not allowed`);
    },
  },
  {
    key: 'runs-in-wasm',
    bound: () => 'runs in WebAssembly',
    look: ({ wasm }) => {
      if (wasm.runs === null) return unknown(wasm.reason);
      return wasm.runs ? kept : broken(wasm.reason);
    },
  },
];

/** The operators of a model that are not on a list, on which `domain:*` stands for all of a domain. */
export function forbiddenOperators({ kinds }: Operators, allowed: readonly string[]): readonly string[] {
  return kinds.flatMap(({ name }) => {
    const domain = name.includes(':') ? name.slice(0, name.lastIndexOf(':')) : 'ai.onnx';
    return allowed.includes(name) || allowed.includes(`${domain}:*`) ? [] : [name];
  });
}

function broken(reason: string): Found {
  return { verdict: 'fail', reason };
}

function unknown(reason: string): Found {
  return { verdict: 'inconclusive', reason };
}

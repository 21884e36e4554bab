import type { EnvironmentChange } from '../../facts/release-facts.ts';
import type { Capability } from '../../ports/serving.ts';
import { stepsOf } from '../../rollout/rollout-steps.ts';
import type { ReleaseFinding } from './finding.ts';

/** Why the platform cannot do what the policy plans, and which metric cannot be measured. */
export function platformFindings({ environment, policy, examination }: EnvironmentChange): readonly ReleaseFinding[] {
  if (policy === null || examination === null) return [];
  const { capability, problems, metrics } = examination;
  const serving = [...problems, ...(capability === null ? [] : shortcomings(policy, capability))];
  return [
    ...serving.map((sentence) => finding('serving', environment, sentence)),
    ...Object.entries(metrics).flatMap(([name, found]) =>
      found.map((sentence) => finding('metrics', environment, `\`${name}\`: ${sentence}`)),
    ),
  ];
}

type Planned = NonNullable<EnvironmentChange['policy']>;

function shortcomings(policy: Planned, capability: Capability): readonly string[] {
  const weights = stepsOf(policy).map(({ weight }) => weight);
  const sentences = [...capability.problems];
  const { weights: divides, mostWeight } = capability;
  if (divides === 'none' && weights.some((weight) => weight < 100)) {
    sentences.push(
      'expected a platform that splits traffic, found one that cannot; put a proxy in front, or name `steps: [{ weight: 100 }]`',
    );
  }
  const broken = divides === 'whole-percents' ? weights.filter((weight) => !Number.isInteger(weight)) : [];
  if (broken.length > 0) {
    sentences.push(
      `expected whole percents, which is all that the platform can set, found ${broken.join(', ')}; round them in \`steps\``,
    );
  }
  const large = weights.filter((weight) => weight > mostWeight && weight < 100);
  if (divides !== 'none' && large.length > 0) {
    sentences.push(
      `expected at most ${mostWeight} %, which is what the platform gives a candidate, found ${large.join(', ')}; lower them in \`steps\``,
    );
  }
  if (policy.shadow !== undefined && !capability.shadow) {
    sentences.push('expected a platform that mirrors requests, found one that cannot; take `shadow` out of the policy');
  }
  const { audience } = policy;
  if (audience !== undefined && 'header' in audience && !capability.header) {
    sentences.push(
      'expected a platform that routes by header, found one that cannot; take `audience` out of the policy',
    );
  }
  if (audience !== undefined && 'cookie' in audience && !capability.sticky) {
    sentences.push(
      'expected a platform that keeps users where they are, found one that cannot; take `audience` out of the policy',
    );
  }
  return sentences;
}

function finding(rule: 'serving' | 'metrics', environment: string, sentence: string): ReleaseFinding {
  return { kind: 'problem', rule, environment, sentence, at: null };
}

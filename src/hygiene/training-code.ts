import { roleFinder } from '../change/roles.ts';
import type { Policy } from '../policy/policy.ts';
import { folderOf, nameOf } from './change-facts.ts';

/**
 * Whether files take part in a training: what a model of the policy counts as its code or environment, or, without a
 * policy that trains, what is called so.
 */
export function trainingFinder(policy: Policy | null): (path: string) => boolean {
  const models = Object.entries(policy?.models ?? {}).flatMap(([model, { train }]) =>
    train === undefined ? [] : [model],
  );
  if (policy === null || models.length === 0) return (path) => !isAside(path);
  const roles = models.map((model) => roleFinder({ policy, model }));
  return (path) => !isAside(path) && roles.some((role) => ['code', 'environment'].includes(role(path) ?? ''));
}

/** Whether code says by its name that it trains, for repositories whose policy does not say which does. */
export function isCalledTraining(path: string): boolean {
  return (
    /^(?:train|fit|finetune|fine_tune)(?:[-_.]|ing\b|er\b)/i.test(nameOf(path)) ||
    /(?:^|\/)train(?:ing)?$/i.test(folderOf(path))
  );
}

/** Tests, documentation and what was installed train no model. */
function isAside(path: string): boolean {
  return /(?:^|\/)(?:tests?|__tests__|docs?|node_modules|\.github|site-packages|vendor)\/|(?:^|\/)(?:test_[^/]*|[^/]*(?:_test|\.test|\.spec))\.\w+$/i.test(
    path,
  );
}

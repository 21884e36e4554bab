import type { Request, Verb } from './command.ts';
import type { Words } from './word-values.ts';

/** What a verb with these words asks for. */
export function requestFrom(verb: Verb, words: Words): Request {
  const { target, model, reason, term, seed, step } = words;
  const scope = words.organisation ? 'organisation' : 'repository';
  switch (verb) {
    case 'help':
    case 'status':
    case 'doctor':
    case 'locks':
    case 'approve-run':
    case 'approve-budget':
      return { verb };
    case 'config':
    case 'evaluate':
    case 'drift':
    case 'compare':
    case 'retry':
    case 'cancel':
      return { verb, model };
    case 'explain':
      return { verb, code: target };
    case 'train':
      return { verb, model, seed };
    case 'release':
      return { verb, version: target, model };
    case 'lock':
      return { verb, environment: target, model, reason, term };
    case 'unlock':
      return { verb, environment: target, model };
    case 'freeze':
      return { verb, target, scope, reason, term };
    case 'unfreeze':
      return { verb, target, scope };
    case 'promote':
      return { verb, environment: target, model, step };
    case 'canary':
      return { verb, action: target, environment: words.environment, model, step };
    case 'rollback':
      return { verb, environment: target, model, to: words.to, reason };
    case 'override-gate':
      return { verb, metric: target, model, reason };
    default:
      return verb satisfies never;
  }
}

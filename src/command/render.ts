import type { FreezeScope, Request, Said, Term } from './command.ts';
import { grammar } from './grammar.ts';

/** A command to be written down: how it was typed does not matter, and the rest need not be said. */
export type Writable = Request & Partial<Omit<Said, 'line'>>;

/** A command as it is typed. Read again, it is the same command. */
export function renderCommand(command: Writable): string {
  const { sha, dryRun } = command;
  const words = [
    `/${command.verb}`,
    ...wordsOf(command),
    ...(sha == null || !grammar[command.verb].takes.includes('sha') ? [] : [`@${sha}`]),
    ...(dryRun === true && grammar[command.verb].changes ? ['--dry-run'] : []),
  ];
  return words.join(' ');
}

function wordsOf(command: Writable): readonly string[] {
  switch (command.verb) {
    case 'help':
    case 'status':
    case 'doctor':
    case 'locks':
    case 'approve-run':
    case 'approve-budget':
      return [];
    case 'explain':
      return command.code === null ? [] : [command.code];
    case 'config':
    case 'evaluate':
    case 'drift':
    case 'compare':
    case 'retry':
    case 'cancel':
      return ofModel(command.model);
    case 'train':
      return [...ofModel(command.model), ...(command.seed === null ? [] : [`seed=${command.seed}`])];
    case 'release':
      return [...target(command.version), ...ofModel(command.model)];
    case 'lock':
      return [...target(command.environment), ...ofModel(command.model), ...ofTerm(command.term), ...ofReason(command)];
    case 'unlock':
      return [...target(command.environment), ...ofModel(command.model)];
    case 'freeze':
      return [...target(command.target), ...ofScope(command.scope), ...ofTerm(command.term), ...ofReason(command)];
    case 'unfreeze':
      return [...target(command.target), ...ofScope(command.scope)];
    case 'promote':
      return [...target(command.environment), ...ofModel(command.model), ...ofStep(command.step)];
    case 'canary':
      return [
        ...target(command.action),
        ...(command.environment === null ? [] : ['-e', command.environment]),
        ...ofModel(command.model),
        ...ofStep(command.step),
      ];
    case 'rollback':
      return [
        ...target(command.environment),
        ...ofModel(command.model),
        ...(command.to === null ? [] : ['--to', command.to]),
        ...ofReason(command),
      ];
    case 'override-gate':
      return [...target(command.metric), ...ofModel(command.model), ...ofReason(command)];
    default:
      return command satisfies never;
  }
}

function target(name: string | null): readonly string[] {
  return name === null ? [] : [name];
}

function ofModel(model: string | null): readonly string[] {
  return model === null ? [] : ['-m', model];
}

function ofStep(step: string | null): readonly string[] {
  return step === null ? [] : ['--step', step];
}

function ofScope(scope: FreezeScope): readonly string[] {
  return scope === 'organisation' ? ['--organisation'] : [];
}

function ofTerm(term: Term | null): readonly string[] {
  if (term === null) return [];
  if ('until' in term) return ['--until', term.until];
  const { minutes } = term;
  // The largest unit that divides it, so that it reads as people say it.
  const [count, unit] =
    minutes % 1440 === 0 ? [minutes / 1440, 'd'] : minutes % 60 === 0 ? [minutes / 60, 'h'] : [minutes, 'm'];
  return ['--for', `${count}${unit}`];
}

function ofReason({ reason }: { readonly reason: string | null }): readonly string[] {
  return reason === null ? [] : ['--reason', `"${reason.replaceAll(/["“”„‟«»\\]/g, '\\$&')}"`];
}

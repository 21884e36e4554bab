import type { CommandOf, Verb } from '../../command/command.ts';
import { grammar, verbs } from '../../command/grammar.ts';
import { commandsIn } from '../../command/parse.ts';
import { granteesOf } from '../../policy/access-policy.ts';
import { granteeText } from '../../policy/grantee.ts';
import { code, text } from '../../render/escape.ts';
import { table } from '../../render/markdown.ts';
import { emptyPlan } from '../plans.ts';
import { accessRefusal } from './access.ts';
import { exampleOf, type Names, namesHere } from './names.ts';
import { type Answer, policyHere, type Scene } from './scene.ts';

/** Lists what the person may do here, each with an example that can be typed, and who may do the rest. */
export function help(_: CommandOf<'help'>, scene: Scene): Answer {
  const { login } = scene.intent.actor;
  const names = namesHere(scene);
  const rights = verbs.map((verb) => ({ verb, right: rightTo(verb, { scene, names }) }));
  const may = rights.filter(({ right }) => right === 'may').map(({ verb }) => verb);
  const rest = rights.filter(({ right }) => right === 'may-not').map(({ verb }) => verb);
  const unsure = rights.filter(({ right }) => right === 'unverified').map(({ verb }) => code(`/${verb}`));
  const rows = may.map((verb) => [code(`/${exampleOf(verb, names)}`), text(grammar[verb].does)]);
  const left = (title: string) => ({ title, align: 'left' as const });
  const says = [
    `What ${code(login)} may do here, one command per line, anywhere in a comment:`,
    table([left('command'), left('what it does')], rows),
    ...(rest.length === 0 ? [] : [othersMay(rest, scene)]),
    ...(unsure.length === 0
      ? []
      : [`GitHub did not tell whether ${code(login)} may use ${unsure.join(', ')}; ask again in a minute.`]),
    `\`--dry-run\` behind a command shows what it would do. With another bot around, prefix it: ${code('/siskin train')}.`,
  ];
  return { kind: 'done', plan: emptyPlan, says: says.join('\n\n') };
}

function rightTo(
  verb: Verb,
  { scene, names }: { readonly scene: Scene; readonly names: Names },
): 'may' | 'may-not' | 'unverified' {
  // What somebody holds they may always give back.
  if (verb === 'unlock') return 'may';
  const [command] = commandsIn(`/${exampleOf(verb, names)}`);
  if (command === undefined || command.verb === 'unknown') return 'may-not';
  const denied = accessRefusal(command, scene);
  if (denied?.kind !== 'refused') return 'may';
  return denied.refusal.code === 'unverified' ? 'unverified' : 'may-not';
}

function othersMay(rest: readonly Verb[], scene: Scene): string {
  const rules = policyHere(scene);
  const byWhom = Map.groupBy(rest, (verb) =>
    granteesOf({ verb, environment: null }, rules).map(granteeText).join(', '),
  );
  const parts = [...byWhom].map(([who, own]) => {
    const list = own.map((verb) => code(`/${verb}`)).join(', ');
    return `${list}: ${
      who === ''
        ? 'nobody'
        : who
            .split(', ')
            .map((one) => code(one))
            .join(', ')
    }`;
  });
  return `For others — ${parts.join(' · ')}.`;
}

import { AppError } from '../../../error.ts';

/** One rule of a route as it was read: what is not named here stays as it is. */
export type Rule = Readonly<Record<string, unknown>>;

/** Something that gets requests, and its share. */
export interface Arm {
  readonly name: string;
  readonly weight: number;
}

/** To whom copies go. */
export interface Mirror {
  readonly name: string;
  readonly percent: number;
}

/** A header that decides. */
export interface Audience {
  readonly header: string;
  readonly value: string;
}

/** How one kind of object writes rules; all else about it is the same for every kind. */
export interface RouteLens {
  readonly nameOf: (rule: Rule) => string;
  readonly armsOf: (rule: Rule) => readonly Arm[];
  /** Of the mirrors, that to one of these. */
  readonly mirrorOf: (rule: Rule, names: readonly string[]) => Mirror | null;
  /** The rule with these arms and this mirror instead of those to `names`. */
  readonly withSplit: (
    rule: Rule,
    split: { readonly arms: readonly Arm[]; readonly mirror: Mirror | null; readonly names: readonly string[] },
  ) => Rule;
  /** The same rule, only for an audience. */
  readonly forAudience: (rule: Rule, audience: Audience, name: string) => Rule;
}

/** What shall be routed where. */
export interface RouteWish {
  readonly champion: string | null;
  readonly candidate: string | null;
  readonly weight: number;
  readonly shadow: number;
  readonly audience: Audience | null;
}

/** What is routed where: of several rules the one that gives the candidate most. */
export interface RouteRead {
  readonly names: readonly string[];
  /** Percent that goes elsewhere than to the champion. */
  readonly weight: number;
  readonly shadow: number;
  /** Who gets requests and is neither champion nor candidate. */
  readonly strangers: readonly string[];
}

/** Which rules are Siskin's to split. */
export interface Selection {
  /** By name; none named: those that lead to one of `known`. */
  readonly rules: readonly string[];
  /** What serves, or shall serve, a version. */
  readonly known: readonly string[];
  /** For messages. */
  readonly what: string;
}

const audienceName = /^siskin-audience-\d{1,3}$/;

/** The rules with a wish in the place of what they said; rules for audiences are added and taken away. */
export function rewrite(
  lens: RouteLens,
  {
    rules,
    selection,
    wish,
  }: { readonly rules: readonly Rule[]; readonly selection: Selection; readonly wish: RouteWish },
): readonly Rule[] {
  const chosen = selected(lens, rules, selection);
  const { champion, candidate, audience, shadow } = wish;
  const mirror = candidate === null || shadow === 0 ? null : { name: candidate, percent: shadow };
  const armsAt = (weight: number): readonly Arm[] => [
    ...(champion === null ? [] : [{ name: champion, weight: 100 - weight }]),
    ...(candidate === null ? [] : [{ name: candidate, weight: champion === null ? 100 : weight }]),
  ];
  const names = selection.known;
  return rules
    .filter((rule) => !audienceName.test(lens.nameOf(rule)))
    .flatMap((rule) => {
      if (!chosen.includes(rule)) return [rule];
      const base = lens.withSplit(rule, { arms: armsAt(audience === null ? wish.weight : 0), mirror, names });
      if (audience === null || candidate === null) return [base];
      const split = lens.withSplit(rule, { arms: armsAt(wish.weight), mirror, names });
      // Where the first that matches wins, the narrower has to stand before.
      return [lens.forAudience(split, audience, `siskin-audience-${chosen.indexOf(rule)}`), base];
    });
}

/** What the rules say now. */
export function readRoute(
  lens: RouteLens,
  {
    rules,
    selection,
    champion,
    candidate,
  }: {
    readonly rules: readonly Rule[];
    readonly selection: Selection;
    readonly champion: string | null;
    readonly candidate: string | null;
  },
): RouteRead {
  const chosen = [...selected(lens, rules, selection), ...rules.filter((rule) => audienceName.test(lens.nameOf(rule)))];
  const splits = chosen.map((rule) => {
    const arms = lens.armsOf(rule);
    const home = champion ?? arms[0]?.name;
    const whole = arms.reduce((sum, { weight }) => sum + weight, 0);
    const away = arms.filter(({ name }) => name !== home).reduce((sum, { weight }) => sum + weight, 0);
    const mirror = candidate === null ? null : lens.mirrorOf(rule, [candidate]);
    return { arms, weight: whole === 0 ? 0 : (away / whole) * 100, shadow: mirror?.percent ?? 0 };
  });
  const arms = splits.flatMap((split) => split.arms);
  const strangers = arms.filter(({ name, weight }) => weight > 0 && name !== champion && name !== candidate);
  return {
    names: [...new Set(arms.map(({ name }) => name))],
    weight: Math.max(0, ...splits.map(({ weight }) => weight)),
    shadow: Math.max(0, ...splits.map(({ shadow }) => shadow)),
    strangers: champion === null ? [] : [...new Set(strangers.map(({ name }) => name))],
  };
}

function selected(lens: RouteLens, rules: readonly Rule[], { rules: wanted, known, what }: Selection): readonly Rule[] {
  const own = rules.filter((rule) => !audienceName.test(lens.nameOf(rule)));
  const missing = wanted.filter((name) => !own.some((rule) => lens.nameOf(rule) === name));
  const chosen =
    wanted.length > 0
      ? own.filter((rule) => wanted.includes(lens.nameOf(rule)))
      : own.filter((rule) => lens.armsOf(rule).some(({ name }) => known.includes(name)));
  // With one rule there is nothing to choose.
  const [only, ...more] = own;
  const found = chosen.length === 0 && wanted.length === 0 && only !== undefined && more.length === 0 ? [only] : chosen;
  if (missing.length === 0 && found.length > 0) return found;
  const expected =
    missing.length > 0
      ? `the rules ${missing.join(', ')}`
      : `a rule that leads to ${known.join(' or ') || 'a version'}`;
  throw new AppError(
    'bad-config',
    `expected ${expected} in ${what}, found none; name its rules, and those names in \`serving.rules\``,
  );
}

import type { Policy } from '../policy/policy.ts';
import type { AddedLine, ChangedFile } from './change-facts.ts';
import type { Rule } from './rule.ts';
import { isCalledTraining, trainingFinder } from './training-code.ts';

/** Calls that draw random numbers unless they are given a seed. Each ends at a parenthesis or a dot, so that no word merely contains one. */
const python =
  /(?<![\w.])(?:np|numpy)\.random\.(?!seed|default_rng\(\s*\w|RandomState\(\s*\w|SeedSequence|Generator)\w+|(?<![\w.])random\.(?:random|shuffle|sample|choices?|randint|uniform|gauss)\(|\b(?:train_test_split|StratifiedKFold|ShuffleSplit|DataLoader|random_split)\(|(?<![\w.])torch\.(?:rand|randn|randint|randperm|normal|bernoulli)\(|(?<![\w.])nn\.(?:Linear|Conv[123]d|LSTM|GRU|Embedding|Dropout)\(|(?<![\w.])tf\.random\.|\b(?:RandomForest|ExtraTrees|GradientBoosting|MLP|XGB|LGBM|CatBoost)(?:Classifier|Regressor)\(|(?<![\w.])layers\.(?:Dense|Conv[123]D|LSTM|GRU|Embedding|Dropout)\(/;
const javascript =
  /\bMath\.random\(|(?<![\w.])tf\.(?:randomNormal|randomUniform|truncatedNormal|multinomial|layers\.(?:dense|conv[123]d|lstm|gru|embedding|dropout))\(|(?<![\w.])tf\.util\.shuffle\(/;
/** A seed by any name: also one that a module of the repository sets for all (`seed_everything(…)`). */
const seed = /seed|random_?state/i;

/** New randomness in training code that mentions no seed anywhere. */
export const unseededTraining: Rule = {
  name: 'unseeded-training',
  title: 'Training draws random numbers without a seed',
  reason:
    'two trainings of the same commit give two models, so a difference between champion and candidate may be luck',
  fix: 'seed every generator from the environment variable SISKIN_SEED, which the policy sets: `random.seed(seed)`, `np.random.default_rng(seed)`, `torch.manual_seed(seed)`, `random_state=seed`',
  wantsText: (policy) => {
    const trains = finder(policy);
    return (path) => languageOf(path) !== null && trains(path);
  },
  places: ({ files, policy }) => {
    const trains = finder(policy);
    return files.flatMap((file) => {
      const language = languageOf(file.path);
      if (language === null || file.status === 'deleted' || !trains(file.path)) return [];
      const drawn = unseeded(file, language);
      if (drawn === null) return [];
      return [{ path: file.path, line: drawn.number, found: `\`${drawn.call}\` and no seed in the whole file` }];
    });
  },
};

/** A policy says what trains; without one, or without models that train, only a file's name does. */
function finder(policy: Policy | null): (path: string) => boolean {
  const isPart = trainingFinder(policy);
  const isNamed = Object.values(policy?.models ?? {}).some(({ train }) => train !== undefined);
  return (path) => isPart(path) && (isNamed || isCalledTraining(path));
}

type Language = { readonly random: RegExp; readonly comment: RegExp };

function languageOf(path: string): Language | null {
  if (/\.(?:py|ipynb)$/.test(path)) return { random: python, comment: /#.*/ };
  return /\.(?:js|mjs|cjs|ts|mts)$/.test(path) ? { random: javascript, comment: /\/\/.*/ } : null;
}

/** The first random draw that the change adds, in a file that sets no seed; null when there is none or nothing is known. */
function unseeded(
  { added, text }: ChangedFile,
  { random, comment }: Language,
): { readonly number: number; readonly call: string } | null {
  const drawn = firstDraw(added ?? [], { random, comment });
  if (drawn === null || text === null) return null;
  return text.split('\n').some((line) => seed.test(bounded(line).replace(comment, ''))) ? null : drawn;
}

function firstDraw(
  lines: readonly AddedLine[],
  { random, comment }: Language,
): { readonly number: number; readonly call: string } | null {
  for (const { number, text } of lines) {
    const call = random.exec(bounded(text).replace(comment, ''))?.[0];
    if (call !== undefined) return { number, call: call.replace(/\($/, '') };
  }
  return null;
}

/** Nobody writes code in longer lines; a minified file is not searched. */
function bounded(line: string): string {
  return line.length <= 2000 ? line : '';
}

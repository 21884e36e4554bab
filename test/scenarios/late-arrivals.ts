import { workflow } from './scenario.ts';

const rows = 200;

/** Whether the flight of a row is late: more often the later the hour, with chance from a fixed sequence. */
function truth(row: number): { readonly hour: number; readonly late: 0 | 1 } {
  const hour = (row * 7) % 24;
  return { hour, late: (row * 37) % 24 < hour ? 1 : 0 };
}

function table(head: string, line: (row: number) => string, from = 0): string {
  const lines = Array.from({ length: rows }, (_, index) => line(from + index));
  return `${[head, ...lines].join('\n')}\n`;
}

/** Some hundred flights; `from` makes other ones of the same kind. */
export function flights(from = 0): string {
  return table(
    'id,hour,late',
    (row) => {
      const { hour, late } = truth(row);
      return `f${row},${hour},${late}`;
    },
    from,
  );
}

/** What a training "learns": probabilities for the holdout, from the hour or, when it is done wrongly, against it. */
export function scores(quality: 'good' | 'bad'): string {
  return table('id,probability', (row) => {
    const good = (truth(row).hour + 0.5) / 24;
    return `f${row},${(quality === 'good' ? good : 1 - good).toFixed(4)}`;
  });
}

/** A policy with one model that a shell script trains. */
export function policy(options: { readonly notWorseBy?: number; readonly runner?: string } = {}): string {
  return `version: 1
models:
  late:
    task: binary
    target: late
    id: id
    data: { train: data/train.csv, holdout: data/holdout.csv }
    train:
      command: bash train.sh
      output: out/late.csv
      inputs: [train.sh, scores.csv]
      runner: [${options.runner ?? 'gpu'}]
    metrics:
      roc-auc: { not-worse-by: ${options.notWorseBy ?? 0.01} }
`;
}

/** The training: it only takes what the commit says that it learns. */
export const training = 'mkdir -p out\necho "learning from $SISKIN_SEED"\ncp scores.csv out/late.csv\n';

/** A repository that trains in no time. */
export const lateArrivals = {
  'README.md': '# Late arrivals\n',
  '.github/siskin.yml': policy(),
  '.github/workflows/siskin.yml': workflow,
  'data/train.csv': flights(1000),
  'data/holdout.csv': flights(),
  'scores.csv': scores('good'),
  'train.sh': training,
} as const;

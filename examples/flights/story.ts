import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { addMonth } from './prepare.ts';

/** The changes that the example's pull requests make, each to a working copy of its repository. */
export const storyChanges = [
  'june',
  'worse-code',
  'replaced-model',
  'documentation',
  'fewer-trees',
  'whole-hours',
  'leaked',
] as const;
export type StoryChange = (typeof storyChanges)[number];

/** What a person would write about a change. */
export interface Told {
  readonly branch: string;
  readonly title: string;
  readonly body: string;
}

/** The policy that the owner of the example accepts, for `.github/siskin.yml`: the proposed one, corrected. */
export function acceptedPolicy(): string {
  return readFileSync(join(import.meta.dirname, 'siskin.yml'), 'utf8');
}

/** Makes a change in a working copy of the example's repository, without committing it. */
export async function makeChange(options: {
  readonly change: StoryChange;
  readonly folder: string;
  readonly rows?: number;
}): Promise<Told> {
  const { change, folder } = options;
  const story = join(import.meta.dirname, 'story');
  switch (change) {
    case 'june':
      await addMonth({ folder, month: '2001-06', ...(options.rows !== undefined && { rows: options.rows }) });
      return {
        branch: 'june',
        title: 'Train on June as well',
        body: 'Half a year has passed since January; let the models know the summer.',
      };
    case 'worse-code':
      edit(join(folder, 'features.js'), [
        ['const { hour, weekday,', 'const { date, weekday,'],
        ['flights.push({ hour, weekday,', 'flights.push({ hour: date.getUTCHours(), weekday,'],
      ]);
      return {
        branch: 'hour-from-date',
        title: 'Take the hour from the date',
        body: 'One column less to read. (It holds the day only, so the hour is always 0: nobody noticed in review.)',
      };
    case 'replaced-model':
      copyFileSync(join(story, 'delay-minutes-v2.onnx'), join(folder, 'models/delay-minutes.onnx'));
      copyFileSync(join(story, 'params-delay.json'), join(folder, 'params-delay.json'));
      return {
        branch: 'more-trees',
        title: 'Predict delays with 200 trees',
        body: 'Trained with `train_delay.py` on the same data; 40 trees were 40 because it was a first try.',
      };
    case 'fewer-trees':
      copyFileSync(join(story, 'delay-minutes-v3.onnx'), join(folder, 'models/delay-minutes.onnx'));
      copyFileSync(join(story, 'params-delay-v3.json'), join(folder, 'params-delay.json'));
      return {
        branch: 'fewer-trees',
        title: 'Predict delays with 100 trees',
        body: 'Half the bytes for the same error.',
      };
    case 'whole-hours':
      copyFileSync(join(story, 'delay-minutes-whole-hours.onnx'), join(folder, 'models/delay-minutes.onnx'));
      return {
        branch: 'whole-hours',
        title: 'Take hours as whole numbers',
        body: 'The same trees. (Every caller sends a float, which this model refuses: no holdout shows that.)',
      };
    case 'leaked':
      copyFileSync(join(story, 'delay-minutes-leaked.onnx'), join(folder, 'models/delay-minutes.onnx'));
      return {
        branch: 'all-the-data',
        title: 'Train on all the data that we have',
        body: 'The error falls by a lot. (All the data: the holdout, too, so that it says nothing any more.)',
      };
    case 'documentation': {
      const source = 'The flights come from the US Bureau of Transportation Statistics.';
      edit(join(folder, 'README.md'), [['\n## Train\n', `\n${source}\n\n## Train\n`]]);
      return {
        branch: 'say-where-from',
        title: 'Say where the data come from',
        body: 'A question that comes up often.',
      };
    }
    default:
      throw new Error(`expected one of ${storyChanges.join(', ')}, found ${String(change satisfies never)}`);
  }
}

/** Replaces each text by another; a text that is not there means that the example and its story have parted. */
function edit(file: string, replacements: readonly (readonly [from: string, to: string])[]): void {
  let text = readFileSync(file, 'utf8');
  for (const [from, to] of replacements) {
    if (!text.includes(from))
      throw new Error(`expected ${from} in ${file}, found no such text; bring the story up to date`);
    text = text.replace(from, to);
  }
  writeFileSync(file, text);
}

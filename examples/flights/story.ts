import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { addMonth } from './prepare.ts';

/** The changes that the example's pull requests make, each to a working copy of its repository. */
export const storyChanges = ['june', 'worse-code', 'replaced-model', 'documentation'] as const;
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
      copyFileSync(join(story, 'features.js'), join(folder, 'features.js'));
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
    case 'documentation': {
      const readme = join(folder, 'README.md');
      writeFileSync(
        readme,
        `${readFileSync(readme, 'utf8')}\n## Data\n\nThe flights come from the US Bureau of Transportation Statistics.\n`,
      );
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

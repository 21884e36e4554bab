import type { Dataset } from '../data/dataset.ts';
import type { ModelPolicy } from '../policy/policy.ts';
import { type ClusterColumn, type RowColumn, type RowNumbers, readClusters, readRowNumbers } from './row-column.ts';
import { crossed, readSlices, type SliceColumn, sliceReader } from './slices.ts';
import type { Target } from './target.ts';

/** What a comparison looks at beside truth and answers. */
export interface BesideRows {
  /** To be filled while the models are asked. */
  readonly columns: readonly RowColumn[];
  readonly clusters: ClusterColumn | null;
  readonly numbers: RowNumbers;
  /** The slice columns, then the crosses, once all columns are filled. */
  slices(): readonly SliceColumn[];
}

/** Opens what the policy names beside the truth. Throws `bad-input` for a column that is not there. */
export async function readBesideRows(
  dataset: Dataset,
  { policy, target }: { readonly policy: ModelPolicy; readonly target: Target },
): Promise<BesideRows> {
  const options = { rows: target.rows, bins: policy['slice-bins'] };
  const slices = await readSlices(dataset, { ...options, columns: policy.slices, key: 'slices' });
  const own = [...new Set(policy['slice-crosses'].flat())].filter((name) => !policy.slices.includes(name));
  const more = await readSlices(dataset, { ...options, columns: own, key: 'slice-crosses' });
  const clusters = await readClusters(dataset, { column: policy.cluster, target });
  const numbers = readRowNumbers(dataset, target);
  const all = [...slices, ...more];
  return {
    columns: [...all.map(sliceReader), ...(clusters === null ? [] : [clusters]), numbers],
    clusters,
    numbers,
    slices: () => [
      ...slices,
      ...policy['slice-crosses'].flatMap(([first, second]) => {
        const one = all.find(({ column }) => column === first);
        const other = all.find(({ column }) => column === second);
        return one === undefined || other === undefined ? [] : [crossed(one, other)];
      }),
    ],
  };
}

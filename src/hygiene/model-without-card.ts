import { cardFolders, isCard, isManifest } from './card.ts';
import { type ChangeFacts, folderOf, nameOf } from './change-facts.ts';
import type { Rule } from './rule.ts';

const model =
  /\.(?:onnx|pt|pth|ckpt|safetensors|h5|keras|hdf5|pkl|pickle|joblib|pb|tflite|gguf|ggml|mlmodel|pmml|cbm|ubj|xgb|lgb|caffemodel|engine|torchscript)$/i;

/** Model files, or pointers to them, with nothing beside them that says what they are. */
export const modelWithoutCard: Rule = {
  name: 'model-without-card',
  title: 'A model is committed without manifest or card',
  reason:
    'nobody can tell later what it was trained on, how good it is, what it is meant for and whether it is the file that was judged',
  fix: 'write a `MODEL_CARD.md` beside it that tells its data, metrics and limits; a release brings its `release.yml`',
  places: (facts) => {
    // Without the tree nothing tells what stands beside a model.
    if (facts.paths === null) return [];
    const described = describedFolders(facts.paths);
    const owners = ownersOf(facts);
    const seen = new Set<string>();
    return facts.files.flatMap(({ path, status }) => {
      const own = path.replace(/\.dvc$/, '');
      const isModel = owners.has(path) || (model.test(nameOf(own)) && !isTest(own));
      const folder = folderOf(path);
      // The shards of one model are one finding.
      if (status === 'deleted' || !isModel || seen.has(folder)) return [];
      if (cardFolders(path, owners.get(path) ?? null).some((place) => described.has(place))) return [];
      seen.add(folder);
      return [{ path, line: null, found: 'a model file with neither `release.yml` nor a card beside it' }];
    });
  },
};

function describedFolders(paths: ReadonlySet<string>): ReadonlySet<string> {
  const folders = new Set<string>();
  for (const path of paths) if (isCard(path) || isManifest(path)) folders.add(folderOf(path));
  return folders;
}

function ownersOf({ change }: ChangeFacts): ReadonlyMap<string, string> {
  return new Map(
    (change?.models ?? []).flatMap((one) => (one.files.model ?? []).map((path) => [path, one.model] as const)),
  );
}

function isTest(path: string): boolean {
  return /(?:^|\/)(?:tests?|fixtures?|testdata)\//i.test(path);
}

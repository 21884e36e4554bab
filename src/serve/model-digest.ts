import { readFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { filesOf, fileWithin, findModel, identityOf } from '../evaluate/runtime/model-files.ts';
import { readOnnxFile } from '../evaluate/runtime/onnx-file.ts';

/** The files of a model on this disk. */
export interface LocalModel {
  /** The folder that its files are named in. */
  readonly folder: string;
  readonly files: readonly string[];
  /** By which it is released: of one file its own, else of all paths and digests. */
  readonly digest: string;
}

/** The model at a path with its digest, without any native library. AppError where there is none. */
export function localModel(path: string): LocalModel {
  const place = findModel(path);
  if (place.kind === 'tfjs') {
    const files = filesOf(place.folder);
    return { folder: place.folder, files, digest: identityOf('tfjs-graph', files).digest };
  }
  const { file, kind } = place;
  const folder = dirname(file);
  if (kind === 'predictions') return { folder, files: [file], digest: identityOf(kind, [file]).digest };
  const { externalFiles } = readOnnxFile(readFileSync(file), basename(file));
  const files = [file, ...externalFiles.map((name) => fileWithin(folder, name, 'external data'))];
  return { folder, files, digest: identityOf('onnx', files).digest };
}

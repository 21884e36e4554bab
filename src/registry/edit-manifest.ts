import { parseDocument } from 'yaml';
import type { Problem } from '../error.ts';
import { editYaml } from './edit-yaml.ts';
import {
  type EnvironmentRelease,
  manifestPath,
  parseManifest,
  type Rejection,
  type ReleaseArtifact,
  type ReleaseLineage,
  type ReleaseManifest,
  type ReleaseMetric,
} from './manifest.ts';

/** The changed text with its meaning, or what is wrong with the file (or, after the edit, with what was asked). */
export type EditedManifest =
  | { readonly kind: 'edited'; readonly text: string; readonly manifest: ReleaseManifest }
  | { readonly kind: 'invalid'; readonly problems: readonly Problem[] };

/** A new version of a model, as a release pull request proposes it. */
export interface Release {
  readonly model: string;
  readonly version: string;
  readonly artifact: ReleaseArtifact;
  readonly lineage: ReleaseLineage;
  readonly metrics: Readonly<Record<string, ReleaseMetric>>;
}

/** Makes a release the newest one; `text` is null when the model was never released. No environment changes. */
export function setRelease(text: string | null, release: Release): EditedManifest {
  const { model, version, artifact, lineage, metrics } = release;
  if (text === null) return written(editYaml('', { format: 1, model, version, artifact, lineage, metrics }), model);
  return edit(text, { model, change: (manifest) => ({ ...manifest, model, version, artifact, lineage, metrics }) });
}

/** What an environment serves from then on; null when nothing. */
export interface EnvironmentEdit {
  readonly model: string;
  readonly environment: string;
  readonly release: EnvironmentRelease | null;
}

/** Makes an environment serve a release: merged on the default branch, this deploys it. */
export function setEnvironment(text: string, { model, environment, release }: EnvironmentEdit): EditedManifest {
  return edit(text, {
    model,
    change(manifest) {
      const { [environment]: _, ...others } = manifest.environments ?? {};
      const known = manifest.environments?.[environment];
      const next = release === null ? others : { ...others, [environment]: { ...known, ...release } };
      return { ...manifest, environments: next };
    },
  });
}

/** Writes down that an environment took a digest back. Doing it again for the same rollout changes nothing. */
export function reject(text: string, { model, rejection }: { model: string; rejection: Rejection }): EditedManifest {
  return edit(text, { model, change: (manifest) => ({ ...manifest, rejected: withRejection(manifest, rejection) }) });
}

/** Takes an environment back to what it served before, and writes down why, in one edit. */
export function restore(text: string, edited: EnvironmentEdit & { readonly rejection: Rejection }): EditedManifest {
  const rejected = reject(text, edited);
  return rejected.kind === 'invalid' ? rejected : setEnvironment(rejected.text, edited);
}

/** A manifest as its file has it: what may be left out is not filled in. */
type WrittenManifest = Omit<ReleaseManifest, 'metrics' | 'environments' | 'rejected'> &
  Partial<Pick<ReleaseManifest, 'metrics' | 'environments' | 'rejected'>>;

function withRejection(manifest: WrittenManifest, rejection: Rejection): readonly Rejection[] {
  const known = manifest.rejected ?? [];
  const isKnown = known.some(
    ({ digest, environment, rollout }) =>
      digest === rejection.digest && environment === rejection.environment && rollout === rejection.rollout,
  );
  return isKnown ? known : [...known, rejection];
}

function edit(
  text: string,
  { model, change }: { readonly model: string; readonly change: (manifest: WrittenManifest) => object },
): EditedManifest {
  const parsed = parseManifest(text, manifestPath(model));
  if (parsed.kind === 'invalid') return parsed;
  // Defaults that the file leaves to the reader stay unwritten as long as they hold.
  const asWritten = parseDocument(text).toJS() as WrittenManifest; // as parseManifest just found
  return written(editYaml(text, { ...change(asWritten) }), model);
}

/** Whatever was asked, only a file that reads well leaves. */
function written(text: string, model: string): EditedManifest {
  const parsed = parseManifest(text, manifestPath(model));
  return parsed.kind === 'invalid' ? parsed : { kind: 'edited', text, manifest: parsed.value };
}

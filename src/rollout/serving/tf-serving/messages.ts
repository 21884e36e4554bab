import { bytes, type Field, fieldsOf, integer, message, packed } from './wire.ts';

/** One model as `tensorflow.serving.ModelConfig` says it. */
export interface ModelConfig {
  readonly name: string;
  readonly basePath: string;
  readonly versions: readonly number[];
  readonly labels: Readonly<Record<string, number>>;
}

/** `tensorflow.serving.ReloadConfigRequest` with all models that the server shall have; it unloads every other. */
export function reloadRequest(models: readonly ModelConfig[]): Uint8Array {
  const configs = models.map(({ name, basePath, versions, labels }) =>
    bytes(
      1,
      message([
        bytes(1, name),
        bytes(2, basePath),
        bytes(4, 'tensorflow'),
        bytes(7, bytes(102, packed(1, versions))),
        ...Object.entries(labels).map(([label, version]) => bytes(8, message([bytes(1, label), integer(2, version)]))),
      ]),
    ),
  );
  return bytes(1, bytes(1, message(configs)));
}

/** What a server answered to a reload: null when it took it, else why not. */
export function reloadRefusal(data: Uint8Array): string | null {
  const fields = fieldsOf(data);
  if (fields === null) return 'an answer that is no message of TensorFlow Serving';
  const status = fields.find(({ number }) => number === 1)?.value;
  return status instanceof Uint8Array ? statusRefusal(status) : null;
}

/** A status: null when it is OK. */
function statusRefusal(data: Uint8Array): string | null {
  const fields = fieldsOf(data) ?? [];
  const code = Number(integerOf(fields, 1));
  return code === 0 ? null : `status ${code} (${textOf(fields, 2)})`;
}

/** `tensorflow.serving.GetModelStatusRequest`; of all versions, or of the one that a label is on. */
export function statusRequest(name: string, label: string | null): Uint8Array {
  return bytes(1, message([bytes(1, name), ...(label === null ? [] : [bytes(4, label)])]));
}

/** `ModelVersionStatus.State`, as far as it matters. */
export const versionStates = { start: 10, loading: 20, available: 30, unloading: 40, end: 50 } as const;

/** One version of a model on the server. */
export interface VersionStatus {
  readonly version: number;
  readonly state: number;
  /** Why it could not be loaded; null when it could. */
  readonly refusal: string | null;
}

/** The versions of `tensorflow.serving.GetModelStatusResponse`; null when it is none. */
export function statusAnswer(data: Uint8Array): readonly VersionStatus[] | null {
  const fields = fieldsOf(data);
  if (fields === null) return null;
  const statuses: VersionStatus[] = [];
  for (const { number, value } of fields) {
    if (number !== 1 || !(value instanceof Uint8Array)) continue;
    const inner = fieldsOf(value);
    if (inner === null) return null;
    const status = inner.find((field) => field.number === 3)?.value;
    statuses.push({
      version: Number(integerOf(inner, 1)),
      state: Number(integerOf(inner, 2)),
      refusal: status instanceof Uint8Array ? statusRefusal(status) : null,
    });
  }
  return statuses;
}

function integerOf(fields: readonly Field[], wanted: number): bigint {
  const value = fields.findLast(({ number }) => number === wanted)?.value;
  return typeof value === 'bigint' ? value : 0n;
}

function textOf(fields: readonly Field[], wanted: number): string {
  const value = fields.findLast(({ number }) => number === wanted)?.value;
  return value instanceof Uint8Array ? new TextDecoder().decode(value) : '';
}

import type { Traffic } from '../../../ports/serving.ts';

/** What a proxy is told to do, as it is kept in the proxy's own configuration. */
export interface SplitRecord {
  readonly fence: number;
  readonly champion: { readonly version: string; readonly digest: string } | null;
  readonly candidate: { readonly version: string; readonly digest: string } | null;
  readonly weight: number;
  readonly shadow: number;
  /** Where the candidate answers; empty when it is not the proxy's to know. */
  readonly at: string;
}

/** The record of a wish. */
export function splitRecordOf({ fence, champion, candidate, weight, shadow }: Traffic): Omit<SplitRecord, 'at'> {
  const shown = (model: Traffic['champion']) =>
    model === null ? null : { version: model.version, digest: model.digest };
  return { fence, champion: shown(champion), candidate: shown(candidate), weight, shadow };
}

/** The record as one word without blanks, quotes, dollars and semicolons, so that any proxy's language can carry it. */
export function renderSplitRecord({ fence, champion, candidate, weight, shadow, at }: SplitRecord): string {
  const fields = new URLSearchParams({ fence: String(fence), weight: String(weight), shadow: String(shadow), at });
  for (const [arm, model] of Object.entries({ champion, candidate })) {
    if (model === null) continue;
    fields.set(`${arm}-version`, model.version);
    fields.set(`${arm}-digest`, model.digest);
  }
  return fields.toString().replaceAll('*', '%2A');
}

/** The record that a word holds; null when Siskin did not write it. */
export function parseSplitRecord(text: string): SplitRecord | null {
  const fields = new URLSearchParams(text);
  const number = (key: string): number => Number(fields.get(key) || Number.NaN);
  const [fence, weight, shadow] = [number('fence'), number('weight'), number('shadow')];
  const isPercent = (value: number): boolean => value >= 0 && value <= 100;
  if (!Number.isSafeInteger(fence) || fence < 0 || !isPercent(weight) || !isPercent(shadow)) return null;
  const model = (arm: string) => {
    const [version, digest] = [fields.get(`${arm}-version`), fields.get(`${arm}-digest`)];
    return version === null || digest === null ? null : { version, digest };
  };
  const at = fields.get('at') ?? '';
  return { fence, champion: model('champion'), candidate: model('candidate'), weight, shadow, at };
}

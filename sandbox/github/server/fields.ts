import { malformed } from '../refusal.ts';
import type { JsonObject } from '../state.ts';

/** The text of a required field. Throws GitHub's 422 when it is missing or something else. */
export function textOf(body: JsonObject, name: string): string {
  const value = optionalText(body, name);
  if (value === null) {
    throw malformed(`"${name}" wasn't supplied.`);
  }
  return value;
}

/** The text of a field; null when it is absent or null. */
export function optionalText(body: JsonObject, name: string): string | null {
  const value = body[name] ?? null;
  if (value !== null && typeof value !== 'string') {
    throw malformed(`For 'properties/${name}', ${shown(value)} is not a string.`);
  }
  return value;
}

/** The text of a field that must be one of these; null when it is absent. */
export function optionalChoice<T extends string>(body: JsonObject, name: string, choices: readonly T[]): T | null {
  const value = optionalText(body, name);
  const known = choices.find((choice) => choice === value);
  if (value !== null && known === undefined) {
    throw malformed(`For 'properties/${name}', ${shown(value)} is not one of: ${choices.join(', ')}.`);
  }
  return known ?? null;
}

/** The flag of a field; `otherwise` when it is absent. */
export function flagOf(body: JsonObject, name: string, otherwise = false): boolean {
  const value = body[name] ?? otherwise;
  if (typeof value !== 'boolean') {
    throw malformed(`For 'properties/${name}', ${shown(value)} is not a boolean.`);
  }
  return value;
}

/** The whole number of a field; null when it is absent. */
export function optionalWhole(body: JsonObject, name: string): number | null {
  const value = body[name] ?? null;
  if (value !== null && (typeof value !== 'number' || !Number.isInteger(value))) {
    throw malformed(`For 'properties/${name}', ${shown(value)} is not an integer.`);
  }
  return value;
}

/** The entries of a list; null when it is absent. */
export function optionalList(body: JsonObject, name: string): readonly unknown[] | null {
  const value = body[name] ?? null;
  if (value !== null && !Array.isArray(value)) {
    throw malformed(`For 'properties/${name}', ${shown(value)} is not an array.`);
  }
  return value;
}

/** The fields of an object; null when it is absent. */
export function optionalObject(body: JsonObject, name: string): JsonObject | null {
  const value = body[name] ?? null;
  if (value !== null && !isObject(value)) {
    throw malformed(`For 'properties/${name}', ${shown(value)} is not an object.`);
  }
  return value;
}

/** The moment of a field in ISO 8601; null when it is absent. */
export function optionalDate(body: JsonObject, name: string): Date | null {
  const text = optionalText(body, name);
  const date = text === null ? null : new Date(text);
  if (date !== null && Number.isNaN(date.getTime())) {
    throw malformed(`For 'properties/${name}', ${shown(text)} is not a date-time.`);
  }
  return date;
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function shown(value: unknown): string {
  return JSON.stringify(value).slice(0, 80);
}

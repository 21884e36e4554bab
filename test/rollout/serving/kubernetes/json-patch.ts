type Json = unknown;

/** RFC 7386. */
export function mergePatched(target: Json, patch: Json): Json {
  if (!isObject(patch)) return patch;
  const result: Record<string, Json> = isObject(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else result[key] = mergePatched(result[key], value);
  }
  return result;
}

/** RFC 6902 without `move` and `copy`; null when an operation does not hold. */
export function jsonPatched(target: Json, operations: Json): Json | null {
  const root = { value: structuredClone(target) };
  for (const operation of Array.isArray(operations) ? operations : [null]) {
    if (!isObject(operation) || !applied(root, operation)) return null;
  }
  return root.value;
}

function applied(root: { value: Json }, { op, path, value }: Readonly<Record<string, Json>>): boolean {
  const keys = String(path)
    .split('/')
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
  const last = keys.pop() ?? '';
  let holder: Json = root;
  for (const key of ['value', ...keys.slice(1)]) {
    // Arrays are objects whose keys are indexes.
    holder = isObject(holder) || Array.isArray(holder) ? (holder as Record<string, Json>)[key] : undefined;
  }
  if (Array.isArray(holder)) {
    const at = last === '-' ? holder.length : Number(last);
    if (op === 'add') holder.splice(at, 0, value);
    else if (!(at in holder)) return false;
    else if (op === 'remove') holder.splice(at, 1);
    else if (op === 'replace') holder[at] = value;
    else return JSON.stringify(holder[at]) === JSON.stringify(value);
    return true;
  }
  if (!isObject(holder)) return false;
  const holds = Object.hasOwn(holder, last);
  if (op === 'test') return holds && JSON.stringify(holder[last]) === JSON.stringify(value);
  if (op !== 'add' && !holds) return false;
  if (op === 'remove') delete holder[last];
  else holder[last] = value;
  return true;
}

/** Whether it has keys of its own. */
export function isObject(value: Json): value is Record<string, Json> {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

import { invalid, malformed } from '../refusal.ts';
import type { RepositoryCall } from '../routes.ts';
import {
  isObject,
  optionalChoice,
  optionalDate,
  optionalList,
  optionalObject,
  optionalText,
  optionalWhole,
  textOf,
} from '../server/fields.ts';
import type { CheckAnnotation, CheckRun, JsonObject } from '../state.ts';

const maxAnnotations = 50;
const maxTextCharacters = 65_535;
const maxActions = 3;
const statuses = ['queued', 'in_progress', 'completed', 'waiting', 'requested', 'pending'] as const;
const conclusions = [
  'action_required',
  'cancelled',
  'failure',
  'neutral',
  'success',
  'skipped',
  'stale',
  'timed_out',
] as const;

/** Puts a request's body into a check run; reads and checks everything before it changes anything. A conclusion completes; leaving `completed` drops it. */
export function applyCheckBody(call: RepositoryCall, target: CheckRun): void {
  const { body } = call;
  const name = optionalText(body, 'name') ?? target.name;
  const detailsUrl = optionalText(body, 'details_url') ?? target.detailsUrl;
  const externalId = optionalText(body, 'external_id') ?? target.externalId;
  const conclusion = optionalChoice(body, 'conclusion', conclusions);
  const asked = optionalChoice(body, 'status', statuses);
  if (asked === 'completed' && conclusion === null) {
    throw malformed('Missing required key: conclusion.');
  }
  const status = conclusion !== null ? 'completed' : (asked ?? target.status);
  const startedAt = optionalDate(body, 'started_at') ?? target.startedAt;
  const completedAt = optionalDate(body, 'completed_at') ?? target.completedAt;
  const output = optionalObject(body, 'output');
  const annotations = output === null ? [] : readAnnotations(output);
  const actions = readActions(body) ?? target.actions;
  if (output !== null) {
    const summary = bounded(output, 'summary');
    if (summary === null) {
      throw malformed('"summary" wasn\'t supplied.');
    }
    const title = optionalText(output, 'title') ?? target.output.title;
    target.output = { title, summary, text: bounded(output, 'text') ?? target.output.text };
  }
  target.annotations.push(...annotations);
  target.name = name;
  target.detailsUrl = detailsUrl;
  target.externalId = externalId;
  target.status = status;
  target.conclusion = status === 'completed' ? (conclusion ?? target.conclusion) : null;
  target.startedAt = startedAt;
  target.completedAt = status === 'completed' ? (completedAt ?? call.world.clock()) : null;
  target.actions = actions;
}

function bounded(output: JsonObject, field: 'summary' | 'text'): string | null {
  const text = optionalText(output, field);
  if (text !== null && text.length > maxTextCharacters) {
    throw malformed(`Only ${maxTextCharacters} characters are allowed; ${text.length} were supplied for ${field}.`);
  }
  return text;
}

function readActions(body: JsonObject): CheckRun['actions'] | null {
  const list = optionalList(body, 'actions');
  if (list === null) {
    return null;
  }
  if (list.length > maxActions) {
    throw malformed(`No more than ${maxActions} items are allowed; ${list.length} were supplied.`);
  }
  return list.map((entry) => {
    const action = isObject(entry) ? entry : {};
    const read = (field: string, limit: number) => {
      const text = textOf(action, field);
      if (text.length > limit) {
        throw malformed(`Only ${limit} characters are allowed; ${text.length} were supplied for ${field}.`);
      }
      return text;
    };
    return { label: read('label', 20), description: read('description', 40), identifier: read('identifier', 20) };
  });
}

function readAnnotations(output: JsonObject): readonly CheckAnnotation[] {
  const list = optionalList(output, 'annotations') ?? [];
  if (list.length > maxAnnotations) {
    throw malformed(`No more than ${maxAnnotations} items are allowed; ${list.length} were supplied.`);
  }
  return list.map((entry) => {
    const given = isObject(entry) ? entry : {};
    const level = optionalChoice(given, 'annotation_level', ['notice', 'warning', 'failure']);
    const start = optionalWhole(given, 'start_line');
    const end = optionalWhole(given, 'end_line');
    if (level === null || start === null || end === null) {
      throw malformed('Missing required keys "annotation_level", "start_line" or "end_line" of an annotation.');
    }
    const startColumn = optionalWhole(given, 'start_column');
    const endColumn = optionalWhole(given, 'end_column');
    if (start !== end && (startColumn !== null || endColumn !== null)) {
      throw invalid('CheckRun', 'annotations', 'custom', 'Columns need start_line and end_line to be the same.');
    }
    return {
      path: textOf(given, 'path'),
      start_line: start,
      end_line: end,
      start_column: startColumn,
      end_column: endColumn,
      annotation_level: level,
      message: textOf(given, 'message'),
      title: optionalText(given, 'title'),
      raw_details: optionalText(given, 'raw_details'),
    };
  });
}

/**
 * Everything that came from outside (names, paths, log lines, messages) passes through here before it is put into
 * Markdown or HTML. Marks that a person cannot see are shown as escapes, so that two texts that differ never look alike.
 */

/** The longest text of one place, in graphemes, unless the place says otherwise. */
const usualLimit = 200;
/** Code units that one grapheme may take: the longest emoji sequences need 15, stacked marks are cut. */
const graphemeUnits = 16;

/** Text for a place that renders no markup (a check's title, a terminal): one line, nothing invisible, bounded. */
export function plain(raw: string, limit: number = usualLimit): string {
  return clip(visible(raw), limit);
}

/** Text inside a Markdown line: no markup, link, mention, reference or emoji code in it takes effect. */
export function text(raw: string, limit: number = usualLimit): string {
  return lineStart(inline(plain(raw, limit).trim()));
}

/** A Markdown code span, for identifiers and paths. Empty text is shown as such. */
export function code(raw: string, limit: number = usualLimit): string {
  return codeSpan(plain(raw, limit));
}

/**
 * A sentence of ours that may hold foreign parts: what stands between backticks becomes a code span, all else is `text`.
 * Foreign backticks can only turn text into code, never into markup.
 */
export function prose(raw: string, limit: number = 1000): string {
  const parts = plain(raw, limit)
    .trim()
    .split(/`([^`]+)`/);
  const shown = parts
    .map((part, index) => {
      if (index % 2 === 1) return codeSpan(part);
      // Two code spans that touch would be read as one.
      return part === '' && index > 0 && index < parts.length - 1 ? ' ' : inline(part);
    })
    .join('');
  return lineStart(shown);
}

/** Text inside HTML, as content or as a quoted attribute. It stays text where Markdown is read between the tags, too. */
export function html(raw: string, limit: number = usualLimit): string {
  return entities(plain(raw, limit));
}

/** `prose` inside HTML: what stands between backticks becomes a `<code>` element. */
export function htmlProse(raw: string, limit: number = 1000): string {
  return plain(raw, limit)
    .trim()
    .split(/`([^`]+)`/)
    .map((part, index) => (index % 2 === 1 ? `<code>${entities(inert(part))}</code>` : entities(inert(part))))
    .join('');
}

/** A fenced block of foreign lines; terminal colours are taken out, tabs become spaces, long lines are cut. */
export function codeBlock(lines: readonly string[], lineLimit: number = 240): string {
  const shown = lines.map((line) =>
    clip(visible(line.replace(terminalSequences, '').replaceAll('\t', '  ')), lineLimit),
  );
  const fence = '`'.repeat(Math.max(3, longestRun(shown.join('\n')) + 1));
  return `${fence}text\n${shown.join('\n')}\n${fence}`;
}

/** A Markdown link when the address is a web address without surprises, else only its label. */
export function link(label: string, address: string | null): string {
  const safe = webAddress(address);
  return safe === null ? text(label) : `[${text(label)}](${safe})`;
}

/** The address when it is http(s) and holds nothing that could end a link or an attribute, else null. */
export function webAddress(address: string | null): string | null {
  return address !== null && address.length <= 2000 && /^https?:\/\/[\w.:[\]-]+[\w./?=&%#:,+~-]*$/.test(address)
    ? address
    : null;
}

// The control character is what a terminal sequence begins with.
// biome-ignore lint/suspicious/noControlCharactersInRegex: see above
const terminalSequences = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?)/g;

/** Joiners and variation selectors inside an emoji stay; everywhere else they would hide a difference. */
const invisible =
  /(?<!\p{Extended_Pictographic}|\p{Emoji_Modifier}|\uFE0F)\u200D|\u200D(?!\p{Extended_Pictographic})|(?<!\p{Emoji})\uFE0F|[\p{Cc}\p{Cs}\p{Co}\p{Zl}\p{Zp}]|(?!\u200D|\uFE0F)[\p{Cf}\p{Default_Ignorable_Code_Point}]/gu;

const named: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

function visible(raw: string): string {
  return raw
    .replace(invisible, (mark) => named[mark] ?? `\\u{${mark.codePointAt(0)?.toString(16)}}`)
    .replace(/(\p{M}{8})\p{M}+/gu, '$1\u{FFFD}');
}

const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });

function clip(value: string, limit: number): string {
  if (value.length <= limit) return value;
  let kept = '';
  let graphemes = 0;
  for (const { segment } of segmenter.segment(value.slice(0, (limit + 1) * graphemeUnits).toWellFormed())) {
    const shown = segment.length > graphemeUnits ? '\u{FFFD}' : segment;
    graphemes += 1;
    if (graphemes > limit || kept.length + shown.length > limit * 4 + graphemeUnits) return `${kept.trimEnd()}…`;
    kept += shown;
  }
  return kept;
}

/** Breaks what GitHub finds in rendered text whatever the markup says: mentions, references, addresses, emoji codes. */
function inert(value: string): string {
  return value
    .replaceAll('@', '\u200B@\u200B')
    .replace(/#(?=\d)|:(?=\/\/|[\w+-]+:)|\bwww(?=\.)|\bgh-(?=\d)/gi, '$&\u200B');
}

function entities(value: string): string {
  return value.replace(/[&<>"'`*_[\]!\\~$|]/g, (mark) => `&#${mark.charCodeAt(0)};`);
}

function inline(value: string): string {
  return inert(value)
    .replace(/[\\`*_[\]|~!]/g, '\\$&')
    .replace(/[&<>$]/g, (mark) => `&#${mark.charCodeAt(0)};`);
}

/** Takes its meaning from what would begin a list, a heading's underline or a rule at the start of a line. */
function lineStart(value: string): string {
  return value.replace(/^(?:([-+=])|(\d+)([.)](?=\s|$)))/, (_, mark, digits, dot) =>
    mark === undefined ? `${digits}\\${dot}` : `\\${mark}`,
  );
}

function codeSpan(value: string): string {
  if (value.trim() === '') return value === '' ? '(empty)' : '(blank)';
  const fence = '`'.repeat(longestRun(value) + 1);
  const pad = /^`|`$|^ .* $/.test(value) ? ' ' : '';
  return `${fence}${pad}${value}${pad}${fence}`;
}

function longestRun(value: string): number {
  return Math.max(0, ...Array.from(value.matchAll(/`+/g), (run) => run[0].length));
}

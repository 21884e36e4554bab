import MarkdownIt from 'markdown-it';

const markdown = new MarkdownIt({ html: true, linkify: true, breaks: true });
// As GitHub: only what has a scheme, www. or an address is made a link.
markdown.linkify.set({ fuzzyLink: false });

/** GitHub writes a column's side as an attribute, which its sanitizer keeps; a style it would not. */
for (const cell of ['th_open', 'td_open']) {
  markdown.renderer.rules[cell] = (tokens, index, settings, _environment, renderer) => {
    const token = tokens[index];
    const side = /text-align:(\w+)/.exec(String(token?.attrGet('style')))?.[1];
    if (token !== undefined && side !== undefined) token.attrs = [['align', side]];
    return renderer.renderToken(tokens, index, settings);
  };
}

/** The tags that GitHub keeps in a comment, as far as anybody writes them. */
const keptTags = new Set(
  'a b blockquote br code del details div em h1 h2 h3 h4 h5 h6 hr i img ins kbd li ol p pre q s samp span strike strong sub summary sup table tbody td tfoot th thead tr ul var'.split(
    ' ',
  ),
);
const emptyTags = new Set(['br', 'hr', 'img']);
const keptAttributes = new Set([
  'align',
  'alt',
  'colspan',
  'height',
  'href',
  'open',
  'rowspan',
  'src',
  'start',
  'title',
  'width',
]);

/** A comment as GitHub shows it: GFM, with raw HTML reduced to the tags and attributes that GitHub keeps. */
export function githubMarkdown(source: string, options: { readonly localOrigin: string }): string {
  return sanitized(markdown.render(source.replaceAll('\r\n', '\n')), options);
}

const nextPart =
  /<!--[\s\S]*?(?:-->|$)|<(script|style|textarea|title|iframe|noscript|xmp)\b[\s\S]*?(?:<\/\1\s*>|$)|<(\/?)([a-z][a-z0-9-]*)((?:\s+[^\s"'<>=/]+(?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'=<>`]+))?)*)\s*\/?>|</gi;
const nextAttribute = /([^\s"'<>=/]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'=<>`]+)))?/g;

/** Every tag is written anew from what is allowed, so that nothing passes that was not understood. */
function sanitized(html: string, options: { readonly localOrigin: string }): string {
  const open: string[] = [];
  const body = html.replace(
    nextPart,
    (part, _dropped, slash: string | undefined, tagName: string | undefined, attributes: string | undefined) => {
      if (part === '<') return '&lt;';
      const tag = tagName?.toLowerCase();
      if (tag === undefined || !keptTags.has(tag)) return '';
      if (slash === '/') return closed(tag, open);
      if (!emptyTags.has(tag)) open.push(tag);
      // What is too wide scrolls by itself, so the keyboard must reach it.
      const focus = tag === 'table' || tag === 'pre' ? ' tabindex="0"' : '';
      return `<${tag}${keptAttributesOf(attributes ?? '', options)}${focus}>`;
    },
  );
  return (
    body +
    open
      .reverse()
      .map((tag) => `</${tag}>`)
      .join('')
  );
}

/** Closes what is open down to this tag; a tag that is not open closes nothing. */
function closed(tag: string, open: string[]): string {
  const at = open.lastIndexOf(tag);
  if (at === -1) return '';
  return open
    .splice(at)
    .reverse()
    .map((name) => `</${name}>`)
    .join('');
}

function keptAttributesOf(attributes: string, { localOrigin }: { readonly localOrigin: string }): string {
  let kept = '';
  for (const [, name = '', ...values] of attributes.matchAll(nextAttribute)) {
    const attribute = name.toLowerCase();
    if (!keptAttributes.has(attribute)) continue;
    const value = (values.find((one) => one !== undefined) ?? '').replace(
      /["<>]/g,
      (mark) => `&#${mark.charCodeAt(0)};`,
    );
    if ((attribute === 'href' || attribute === 'src') && !/^(https?:|mailto:|#|\/(?!\/))/i.test(value)) continue;
    kept += ` ${attribute}="${value.startsWith(`${localOrigin}/`) ? value.slice(localOrigin.length) : value}"`;
  }
  return kept;
}

import MarkdownIt from 'markdown-it';

const reader = new MarkdownIt({ html: true, linkify: true });
// GitHub links what has a scheme, www. or an address, not every word with a dot in it.
reader.linkify.set({ fuzzyLink: false });

/** What a reader of Markdown makes of a text: every tag, link, image and mention in it, and the words that are seen. */
export function readMarkdown(markdown: string): {
  readonly tags: readonly string[];
  readonly links: readonly string[];
  readonly mentions: readonly string[];
  readonly seen: string;
} {
  const tags: string[] = [];
  const links: string[] = [];
  const mentions: string[] = [];
  let seen = '';
  const tokens = reader.parse(markdown, {}).flatMap((token) => token.children ?? [token]);
  for (const token of tokens) {
    if (token.type === 'html_inline' || token.type === 'html_block') tags.push(token.content.trim());
    if (token.type === 'link_open') links.push(String(token.attrGet('href')));
    if (token.type === 'image') links.push(String(token.attrGet('src')));
    if (token.type === 'text' || token.type === 'text_special') mentions.push(...mentionsIn(token.content));
    if (['text', 'text_special', 'code_inline', 'fence', 'code_block'].includes(token.type)) seen += token.content;
  }
  return { tags, links, mentions, seen };
}

function mentionsIn(content: string): readonly string[] {
  return content.match(/(?<![\w`])@[a-z0-9][a-z0-9-]*|(?<!\w)#\d+|(?<!\w)gh-\d+/gi) ?? [];
}

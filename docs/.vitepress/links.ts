import { siteLink } from './pages.ts';

/** The part of markdown-it that is used here; its own types would tie this folder to the generator's copy of it. */
type Token = {
  type: string;
  tag: string;
  attrs: [string, string][] | null;
  children: Token[] | null;
};
type MarkdownState = { readonly tokens: Token[]; readonly env: { readonly realPath?: string; readonly path?: string } };
type Markdown = {
  readonly core: { readonly ruler: { push(name: string, rule: (state: MarkdownState) => void): unknown } };
};

/** Links lead to pages of the site; what only the repository has is named, and leads nowhere. */
export function linkPages(markdown: Markdown, root: string): void {
  markdown.core.ruler.push('site-links', ({ tokens, env }) => {
    const file = (env.realPath ?? env.path ?? '').slice(root.length);
    for (const { children } of tokens) relink(children ?? [], file);
  });
}

function relink(tokens: readonly Token[], file: string): void {
  let isNamedOnly = false;
  for (const token of tokens) {
    if (token.type === 'link_open') {
      const href = token.attrs?.find(([name]) => name === 'href');
      const linked = href === undefined ? null : siteLink(href[1], file);
      isNamedOnly = linked === null;
      if (linked !== null && href !== undefined) href[1] = linked;
      else nameOnly(token, href?.[1] ?? '');
    } else if (token.type === 'link_close' && isNamedOnly) {
      isNamedOnly = false;
      nameOnly(token, null);
    }
  }
}

/** Of another type too, so that the generator does not take it for a link. */
function nameOnly(token: Token, path: string | null): void {
  token.type = path === null ? 'file_close' : 'file_open';
  token.tag = 'span';
  token.attrs = path === null ? null : [['title', `In the repository: ${path.replaceAll('../', '')}`]];
}

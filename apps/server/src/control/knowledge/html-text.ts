import { Parser } from 'htmlparser2';

/** Of no use to whoever reads the text. */
const SKIPPED = new Set('script style noscript template svg nav iframe object head button select textarea'.split(' '));
const BLOCKS = new Set(
  'address article aside blockquote br dd div dl dt fieldset figure footer form h1 h2 h3 h4 h5 h6 header hr li main ol p pre section table tr ul'.split(
    ' ',
  ),
);

/** The words of a page as they are read, blocks apart, and its title. */
export function htmlText(html: string): { readonly title: string; readonly text: string } {
  let title = '';
  let isTitle = false;
  let skipped = 0;
  const parts: string[] = [];
  const parser = new Parser({
    onopentagname(name) {
      if (name === 'title') isTitle = true;
      if (SKIPPED.has(name)) skipped += 1;
      else if (skipped === 0 && BLOCKS.has(name)) parts.push('\n\n');
      else if (skipped === 0 && (name === 'td' || name === 'th')) parts.push(' | ');
    },
    ontext(text) {
      if (isTitle && title.length < 500) title += text;
      else if (skipped === 0) parts.push(text.replace(/\s+/g, ' '));
    },
    onclosetag(name) {
      if (name === 'title') isTitle = false;
      if (SKIPPED.has(name)) skipped = Math.max(0, skipped - 1);
      else if (skipped === 0 && BLOCKS.has(name)) parts.push('\n\n');
    },
  });
  parser.write(html);
  parser.end();
  return {
    title: title.replace(/\s+/g, ' ').trim(),
    text: parts
      .join('')
      .replace(/\n{3,}/g, '\n\n')
      .trim(),
  };
}

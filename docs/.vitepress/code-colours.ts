import { createHash } from 'node:crypto';

/** An element of highlighted code, as the highlighter gives it. */
type CodeElement = { properties: Record<string, unknown> };

const classes = new Map<string, string>();

/** Colours of code become classes, since the page's policy allows no style in an attribute. */
export const codeColours = {
  name: 'visavis:code-colours',
  pre: useClass,
  span: useClass,
};

function useClass({ properties }: CodeElement): void {
  const { style } = properties;
  if (typeof style !== 'string') return;
  delete properties.style;
  const name = `code-${createHash('sha256').update(style).digest('hex').slice(0, 8)}`;
  classes.set(name, style);
  properties.class = [properties.class, name].flat().filter(Boolean).join(' ');
}

/** The style sheet of all code that was highlighted so far. */
export function codeColourSheet(): string {
  return [...classes].map(([name, style]) => `.${name}{${style}}`).join('\n');
}

/** A line that says who writes the page; the first of each that is generated. */
export function generatedBy(sources: string): string {
  return `<!-- Generated from ${sources} by "npm run docs:reference". -->\n`;
}

/** Text of a docstring as Markdown: what looks like a tag is shown as it is. */
export function prose(text: string): string {
  return text.replaceAll(/\{@link ([^}]+)\}/g, '`$1`').replaceAll(/<(?=[a-z/])/gi, '&lt;');
}

export function codeBlock(language: string, text: string): string {
  return `\`\`\`${language}\n${text}\n\`\`\`\n`;
}

/** A table of code and what it means. Null rows are left out. */
export function codeTable(heads: readonly [string, string], rows: readonly (readonly [string, string])[]): string {
  if (rows.length === 0) return '';
  const lines = rows.map(([code, meaning]) => `| ${inlineCode(code)} | ${prose(meaning).replaceAll('|', '\\|')} |`);
  return `| ${heads[0]} | ${heads[1]} |\n|---|---|\n${lines.join('\n')}\n`;
}

function inlineCode(text: string): string {
  const line = text
    .replaceAll(/\/\*\*[\s\S]*?\*\//g, '')
    .replaceAll(/\s+/g, ' ')
    .trim();
  return `\`${line.replaceAll('|', '\\|')}\``;
}

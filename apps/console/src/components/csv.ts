type Cell = string | number;

/** A word that a spreadsheet would take for a formula (OWASP, CSV injection). */
const formula = /^[\s]*[=+\-@\t\r]/;

/**
 * A table as spreadsheets read it (RFC 4180), with a mark at its beginning that tells them it is UTF-8. Names that people gave
 * are never formulas: an apostrophe before them makes them text. Numbers stay numbers.
 */
export function toCsv(rows: readonly (readonly Cell[])[]): string {
  return `\uFEFF${rows.map((row) => `${row.map(cellText).join(',')}\r\n`).join('')}`;
}

function cellText(cell: Cell): string {
  if (typeof cell === 'number') return String(cell);
  const text = formula.test(cell) ? `'${cell}` : cell;
  return /[",\r\n']/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

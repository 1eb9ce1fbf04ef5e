/** One number of the benchmark. Lower is better unless `budget.atLeast` says otherwise. */
export type Measure = {
  readonly section: Section;
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  /** The budget. */
  readonly budget?: { readonly atMost: number } | { readonly atLeast: number } | { readonly within: number };
  /** What the same work costs, or takes, at the very least; measured in the same run. */
  readonly floor?: number;
  /** How many samples, and what else one must know to judge the number. */
  readonly note?: string;
  /** Why the number must not be believed. It then counts as a missed budget. */
  readonly invalid?: string;
};

export const SECTIONS = ['calls', 'latency', 'sync', 'stages'] as const;
export type Section = (typeof SECTIONS)[number];

/** How much of its budget a number uses: above 1 is a miss. Null without a budget. */
export function budgetShare({ value, budget, invalid }: Measure): number | null {
  if (budget === undefined) return null;
  if (Number.isNaN(value) || invalid !== undefined) return Number.POSITIVE_INFINITY;
  if ('atMost' in budget) return value === 0 ? 0 : value / budget.atMost;
  if ('within' in budget) return Math.abs(value) / budget.within;
  return budget.atLeast / value;
}

/** Worst first: what misses its budget by most, then what has room, then what has no budget. */
export function worstFirst(measures: readonly Measure[]): Measure[] {
  const rank = (measure: Measure): number => -(budgetShare(measure) ?? -1);
  return measures.toSorted((a, b) => rank(a) - rank(b));
}

const HEADER = ['section', 'what', 'value', 'budget', 'of budget', 'floor', 'x floor', 'note'] as const;

function cellsOf(measure: Measure): string[] {
  const { section, what, value, unit, floor, note, invalid } = measure;
  const share = budgetShare(measure);
  return [
    section,
    what,
    `${formatNumber(value)} ${unit}`,
    formatBudget(measure),
    formatShare(share),
    floor === undefined ? '' : `${formatNumber(floor)} ${unit}`,
    floor === undefined || floor <= 0 ? '' : (value / floor).toFixed(2),
    [...(invalid === undefined ? [] : [`NOT VALID: ${invalid}`]), note ?? ''].join('; '),
  ];
}

function formatShare(share: number | null): string {
  if (share === null) return '';
  return `${Number.isFinite(share) ? `${Math.round(share * 100)} % ` : ''}${share > 1 ? 'MISS' : ''}`.trimEnd();
}

function formatBudget({ budget, unit }: Measure): string {
  if (budget === undefined) return '';
  if ('atMost' in budget) return `≤ ${formatNumber(budget.atMost)} ${unit}`;
  if ('within' in budget) return `±${formatNumber(budget.within)} ${unit}`;
  return `≥ ${formatNumber(budget.atLeast)} ${unit}`;
}

function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return 'none';
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return String(Number(value.toFixed(digits)));
}

/** Table for a terminal. */
export function textTable(measures: readonly Measure[]): string {
  const rows = [[...HEADER], ...worstFirst(measures).map(cellsOf)];
  const widths = HEADER.map((_title, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** The same table for the documentation. */
export function markdownTable(measures: readonly Measure[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(HEADER), line(HEADER.map(() => '---')), ...worstFirst(measures).map((row) => line(cellsOf(row)))].join(
    '\n',
  );
}

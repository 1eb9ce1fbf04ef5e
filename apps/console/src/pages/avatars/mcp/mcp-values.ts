import type { McpServer } from '@visavis/protocol/rest';

export type HeaderRow = { readonly name: string; readonly value: string };

/** An MCP server as its form holds it. */
export type McpValues = {
  readonly name: string;
  readonly url: string;
  readonly seconds: number | string;
  /** Null: those that are kept stay. */
  readonly headers: readonly HeaderRow[] | null;
};

export const newMcpServer: McpValues = { name: '', url: '', seconds: 15, headers: [] };

export function mcpValuesOf({ name, url, timeoutMs, headerNames }: McpServer): McpValues {
  return { name, url, seconds: timeoutMs / 1000, headers: headerNames.length === 0 ? [] : null };
}

/** What the server is asked to keep. Rows without a name are none. */
export function mcpFieldsOf({ name, url, seconds, headers }: McpValues) {
  const fields = { name, url, timeoutMs: Math.round(Number(seconds) * 1000) };
  if (headers === null) return fields;
  const given = headers.filter((row) => row.name.trim() !== '').map((row) => [row.name.trim(), row.value] as const);
  return { ...fields, headers: Object.fromEntries(given) };
}

/** The tools that may be called once one of those that are there is switched on or off; null: all, those to come, too. */
export function withAllowed(
  allowed: readonly string[] | null,
  there: readonly string[],
  name: string,
  isAllowed: boolean,
): readonly string[] | null {
  const before = allowed ?? there;
  const next = isAllowed
    ? [...before.filter((other) => other !== name), name]
    : before.filter((other) => other !== name);
  return there.every((one) => next.includes(one)) ? null : next;
}

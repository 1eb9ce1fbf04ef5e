import { type Fields, isFields } from './tool-list.ts';

/** Where the server asks for the result of a tool, as the form shows it. */
export type ToolAddress = { readonly url: string; readonly method: 'GET' | 'POST'; readonly timeoutMs: number };

const USUAL_MS = 10_000;

/** Null: the page answers. */
export function addressOf({ webhook }: Fields): ToolAddress | null {
  if (webhook === undefined) return null;
  const { url, method, timeoutMs } = isFields(webhook) ? webhook : {};
  return {
    url: typeof url === 'string' ? url : '',
    method: method === 'GET' ? 'GET' : 'POST',
    timeoutMs: typeof timeoutMs === 'number' ? timeoutMs : USUAL_MS,
  };
}

/** What the form does not show of it stays. */
export function withAddress(tool: Fields, change: Partial<ToolAddress> | null): Fields {
  const { webhook, ...others } = tool;
  if (change === null) return others;
  return { ...others, webhook: { ...(isFields(webhook) ? webhook : { url: '' }), ...change } };
}

/** As the server takes it. */
export function isAddress(url: string): boolean {
  return URL.canParse(url) && /^https?:$/.test(new URL(url).protocol);
}

/** A build is known by the file of its first script, which has the digest of its content in its name. */

/** Null when the page has no such script. */
export function entryScriptOf(html: string): string | null {
  return /<script[^>]*\stype="module"[^>]*\ssrc="([^"]+)"/.exec(html)?.[1] ?? null;
}

/** Of the build that runs here. */
export function runningEntryScript(): string | null {
  return document.querySelector('script[type="module"][src]')?.getAttribute('src') ?? null;
}

/** Of the build that the server gives now; throws when it does not answer. */
export async function servedEntryScript(): Promise<string | null> {
  const page = await fetch(globalThis.location.pathname, { cache: 'no-store', headers: { accept: 'text/html' } });
  return page.ok ? entryScriptOf(await page.text()) : null;
}

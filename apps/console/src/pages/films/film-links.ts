type Kept = { readonly address: string; readonly fromMs: number };

/** Links are good for six hours. */
const goodMs = 5 * 60 * 60_000;
const kept = new Map<string, Kept>();

/**
 * Where a film is, below this server's address. Each answer has a new link, and a player that is given another one begins anew: the
 * first one stays while it is good.
 */
export function steadyLink(generationId: string, videoUrl: string, nowMs = Date.now()): string {
  const known = kept.get(generationId);
  if (known !== undefined && nowMs - known.fromMs < goodMs) return known.address;
  const address = addressBelow(videoUrl);
  kept.set(generationId, { address, fromMs: nowMs });
  return address;
}

/** Below this page's own address: what the server calls itself may be its name behind a proxy. */
export function addressBelow(url: string): string {
  const { pathname, search } = new URL(url, globalThis.location.href);
  return pathname + search;
}

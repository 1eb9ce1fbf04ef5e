/**
 * Tells when the page may have another network than before, or stood still for a while: the browser is online again, or the page
 * is shown again. Returns the function that stops listening.
 */
export function onPageReturn(listener: () => void): () => void {
  const browser = globalThis as Partial<EventTarget>;
  const page = globalThis.document as Document | undefined;
  const onVisibility = () => {
    if (page?.visibilityState === 'visible') listener();
  };
  browser.addEventListener?.('online', listener);
  page?.addEventListener('visibilitychange', onVisibility);
  return () => {
    browser.removeEventListener?.('online', listener);
    page?.removeEventListener('visibilitychange', onVisibility);
  };
}

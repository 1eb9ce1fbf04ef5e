/** What has been written, and behind it what comes to it: nothing that somebody typed is lost. */
export function draftWith(draft: string, added: string): string {
  return draft.trim() === '' ? added : `${draft.trimEnd()} ${added}`;
}

/** An answer that could not be sent comes back, before what has been written since. */
export function draftAgain(unsent: string, draft: string): string {
  return draft.trim() === '' ? unsent : `${unsent.trimEnd()} ${draft}`;
}

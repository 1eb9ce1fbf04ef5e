import type { Widened } from '../widened.ts';

/** What is said when a page, or a part of it, cannot be shown. Small: it is loaded with the first script. */
export const en = {
  title: 'This page could not be loaded',
  advice: 'The rest still works. Load the page anew; if that does not help, check your connection.',
  reload: 'Reload',
  away: 'The server does not answer. Check that it is running and that you are online, then try again.',
};

export type FailureTexts = Widened<typeof en>;

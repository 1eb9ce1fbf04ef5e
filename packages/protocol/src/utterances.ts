/** What becomes of a text to be said: the last three are its end. */
export type UtteranceState = 'queued' | 'started' | 'ended' | 'interrupted' | 'failed';

export const UTTERANCE_STATES = [
  'queued',
  'started',
  'ended',
  'interrupted',
  'failed',
] as const satisfies readonly UtteranceState[];

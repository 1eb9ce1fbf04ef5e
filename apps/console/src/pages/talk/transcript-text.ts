import type { CallSnapshot, Caption } from '@visavis/sdk';

type Words = {
  readonly you: string;
  readonly interrupted: string;
  readonly said: (speaker: string, text: string) => string;
};

/** What both sides said, a line each, to be kept elsewhere. */
export function transcriptText(captions: readonly Caption[], avatarName: string, words: Words): string {
  return captions
    .filter(({ text }) => text !== '')
    .map(({ speaker, text, status }) => {
      const end = status === 'interrupted' ? ` — ${words.interrupted}` : '';
      return `${words.said(speaker === 'user' ? words.you : avatarName, text + end)}\n`;
    })
    .join('');
}

/** Null: there was no call, or it is not over. */
export function callDurationMs({
  connectedAtMs,
  endedAtMs,
}: Pick<CallSnapshot, 'connectedAtMs' | 'endedAtMs'>): number | null {
  return connectedAtMs === null || endedAtMs === null ? null : Math.max(0, endedAtMs - connectedAtMs);
}

import type { Transcript } from '@visavis/protocol/rest';
import type { Texts } from '../../i18n/en/console.ts';

/** A talk as text to paste: one line for each message. */
export function transcriptText(
  { startedAt, messages }: Pick<Transcript, 'startedAt' | 'messages'>,
  texts: Texts['conversations'],
  clock: (milliseconds: number) => string,
): string {
  const lines = messages.map(({ offsetMs, role, text, interrupted }) => {
    const end = interrupted ? ` [${texts.interrupted}]` : '';
    return `[${clock(offsetMs)}] ${texts.said(texts.roles[role], text + end)}`;
  });
  return [startedAt, '', ...lines, ''].join('\n');
}

import type { Transcript } from '@visavis/protocol/rest';
import type { Texts } from '../../i18n/en/console.ts';
import { entriesOf, type TalkEntry } from './time-line.ts';

/** A talk as text to paste: one line for each message, and one for each call of a tool. */
export function transcriptText(
  talk: Pick<Transcript, 'startedAt' | 'messages' | 'toolCalls'>,
  texts: Texts['conversations'],
  clock: (milliseconds: number) => string,
): string {
  const lines = entriesOf(talk).map((entry) => lineOf(entry, texts, clock));
  return [talk.startedAt, '', ...lines, ''].join('\n');
}

function lineOf(entry: TalkEntry, texts: Texts['conversations'], clock: (milliseconds: number) => string): string {
  if (entry.kind === 'message') {
    const { offsetMs, role, text, by, interrupted } = entry.message;
    const marks = [...(by === 'operator' ? [texts.byOperator] : []), ...(interrupted ? [texts.interrupted] : [])];
    const end = marks.length === 0 ? '' : ` [${marks.join(', ')}]`;
    return `[${clock(offsetMs)}] ${texts.said(texts.roles[role], text + end)}`;
  }
  const { offsetMs, name, argumentsJson, state, output } = entry.toolCall;
  const end = state === 'answered' ? ` → ${output ?? ''}` : ` [${texts.toolCall.states[state]}]`;
  return `[${clock(offsetMs)}] ${texts.said(texts.roles.tool, `${name}(${argumentsJson})${end}`)}`;
}

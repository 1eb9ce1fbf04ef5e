import type { LanguageModelV4Message, LanguageModelV4Prompt, LanguageModelV4ToolCallPart } from '@ai-sdk/provider';
import { parsedArguments } from '../../core/parsed-arguments.ts';
import { primaryLanguage } from '../languages.ts';
import { languageName, personaOf } from '../persona.ts';
import type { RecordedItem, TalkRecord } from './talk-record.ts';
import type { ThinkerInput } from './thinker.ts';

/** What every model must know to talk, whatever its avatar's prompt says. */
const SPOKEN =
  'Everything you write is spoken aloud in a live video call. Answer in one to three short sentences of plain spoken language, without lists, headings, Markdown, emoji, links or stage directions, unless you are asked for more. The first sentence is short. What the user says comes from a speech recogniser: guess what was meant where words are misheard, and ask when you cannot.';

/** What one must know who may direct the face. */
const FACE =
  'One exception: where your face should show it, put [smile], [sad], [surprised] or [nod] before a sentence, at most one in an answer. Your listener never sees or hears these tags.';

/** Models want somebody to have spoken before they do. */
export const SILENCE = '(The user has said nothing. Say something fitting, briefly.)';
export const NO_OUTCOME = 'There is no result yet.';

/** The talk so far as a language model reads it, with a note on what is asked now, which is not remembered. Tool calls have a result each, since services refuse those without. */
export function modelPrompt(
  talk: TalkRecord,
  input: ThinkerInput,
  { note = null, directsFace = false }: { readonly note?: string | null; readonly directsFace?: boolean } = {},
): LanguageModelV4Prompt {
  const said = input.said.join('\n').trim();
  const asked: RecordedItem[] =
    said === '' && input.pictures.length === 0 ? [] : [{ kind: 'user', text: said, pictures: input.pictures }];
  const noted: RecordedItem[] = note === null ? [] : [{ kind: 'system', text: note }];
  const items = [...talk, ...noted, ...asked];
  const messages = joinCalls(items.flatMap(messagesOf));
  const last = items.at(-1);
  const isAnswerable = last?.kind === 'user' || last?.kind === 'call';
  const closing: LanguageModelV4Message[] = isAnswerable
    ? []
    : [{ role: 'user', content: [{ type: 'text', text: SILENCE }] }];
  return [{ role: 'system', content: systemPrompt(input, directsFace) }, ...messages, ...closing];
}

/** What comes first. */
export function systemPrompt({ config, heardLanguage, instructions, now }: ThinkerInput, directsFace = false): string {
  const parts = [
    personaOf(config),
    SPOKEN,
    ...(directsFace ? [FACE] : []),
    `Speak the language of the user; ${languageNote(config.language)}`,
    ...heardNote(heardLanguage, config.language),
    `It is ${timeOf(now)}.`,
  ];
  if (instructions !== null && instructions.trim() !== '') parts.push(`For this answer: ${instructions.trim()}`);
  return parts.join('\n\n');
}

function languageNote(tag: string): string {
  const name = languageName(tag);
  return name === null ? 'otherwise English.' : `unless it is clear that they speak another one, that is ${name}.`;
}

/** Said only where it is news, so that what is read before a talk stays the same. */
function heardNote(heard: string | undefined, askedTag: string): readonly string[] {
  if (heard === undefined || primaryLanguage(heard) === primaryLanguage(askedTag)) return [];
  const name = languageName(heard);
  return name === null ? [] : [`The user was heard to speak ${name}.`];
}

function timeOf(now: Date): string {
  return now.toLocaleString('en-GB', { dateStyle: 'full', timeStyle: 'short' });
}

function messagesOf(item: RecordedItem): LanguageModelV4Message[] {
  switch (item.kind) {
    case 'user':
      return [{ role: 'user', content: [...textPart(item.text), ...item.pictures.map(picturePart)] }];
    case 'assistant':
      return [{ role: 'assistant', content: textPart(item.text) }];
    case 'system':
      return [{ role: 'user', content: textPart(noteText(item.text)) }];
    case 'call': {
      const { callId, name, argumentsJson } = item.call;
      const call: LanguageModelV4ToolCallPart = {
        type: 'tool-call',
        toolCallId: callId,
        toolName: name,
        input: parsedArguments(argumentsJson),
      };
      const output = { type: 'text', value: item.outcome ?? NO_OUTCOME } as const;
      const result = { type: 'tool-result', toolCallId: callId, toolName: name, output } as const;
      return [
        { role: 'assistant', content: [call] },
        { role: 'tool', content: [result] },
      ];
    }
  }
}

/** What the user is not to be taken to have said. */
export function noteText(text: string): string {
  return `(Note, not said by the user: ${text})`;
}

/** What a model said before its calls, and the calls, are one message. */
function joinCalls(messages: readonly LanguageModelV4Message[]): LanguageModelV4Message[] {
  const joined: LanguageModelV4Message[] = [];
  for (const message of messages) {
    const last = joined.at(-1);
    if (last?.role === 'assistant' && message.role === 'assistant') {
      joined[joined.length - 1] = { role: 'assistant', content: [...last.content, ...message.content] };
    } else {
      joined.push(message);
    }
  }
  return joined;
}

function textPart(text: string): { type: 'text'; text: string }[] {
  return text === '' ? [] : [{ type: 'text', text }];
}

const DATA_URL = /^data:(image\/[a-z+.-]+);base64,/;

function picturePart(dataUrl: string): { type: 'file'; mediaType: string; data: { type: 'data'; data: string } } {
  const head = DATA_URL.exec(dataUrl);
  const data = dataUrl.slice(head?.[0].length ?? 0);
  return { type: 'file', mediaType: head?.[1] ?? 'image/jpeg', data: { type: 'data', data } };
}

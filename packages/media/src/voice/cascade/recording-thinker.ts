import { type Passage, passagesNote } from '../../core/passages.ts';
import { keepHeard, record, recordHistory, recordOutcome, recordSpoken, type TalkRecord } from './talk-record.ts';
import type { CountUsage, Thinker, ThinkerInput, ThinkerTalk, Thinking, Thought } from './thinker.ts';

/** What an answer is wanted to, and what documents say of it (left out: nothing was looked up). */
export type Asked = { readonly input: ThinkerInput; readonly found: Promise<readonly Passage[]> | undefined };

/** What is found, as a model is told of it; null: nothing. */
export async function noteOn(found: Asked['found']): Promise<string | null> {
  const passages = (await found) ?? [];
  return passages.length === 0 ? null : passagesNote(passages);
}

/** What a thinker makes of a talk so far. */
export type ThinkingTalk = {
  think(talk: TalkRecord, asked: Asked, signal: AbortSignal): AsyncIterable<Thought>;
  /** See `ThinkerTalk.expect`. */
  expect?(talk: TalkRecord, input: ThinkerInput, signal: AbortSignal): void;
};

/** A thinker that is told the whole talk each time: what was said and heard is recorded here. */
export function recordingThinker({
  sees,
  open,
}: {
  readonly sees: boolean;
  readonly open: (count: CountUsage) => ThinkingTalk;
}): Thinker {
  return {
    capabilities: { sees, tools: true },
    openTalk(count): ThinkerTalk {
      const thinking = open(count);
      let talk: TalkRecord = [];
      return {
        begin(input, signal): Thinking {
          const found = input.lookUp?.(input.said.join('\n'));
          const asked: Asked = { input: sees ? input : { ...input, pictures: [] }, found };
          return {
            ...(found === undefined ? {} : { found }),
            thoughts: thinking.think(talk, asked, signal),
            accept: () => {
              const text = input.said.join('\n').trim();
              if (text !== '' || input.pictures.length > 0) {
                talk = record(talk, { kind: 'user', text, pictures: sees ? input.pictures : [] });
              }
            },
          };
        },
        expect: (input, signal) => thinking.expect?.(talk, input, signal),
        recall: (items) => {
          talk = recordHistory(talk, items);
        },
        noteSpoken: (turnId, text) => {
          talk = recordSpoken(talk, turnId, text);
        },
        keepHeard: (turnId, heardText) => {
          talk = keepHeard(talk, turnId, heardText);
        },
        noteCall: (turnId, call) => {
          talk = record(talk, { kind: 'call', turnId, call, outcome: null });
        },
        noteOutcome: (callId, output) => {
          talk = recordOutcome(talk, callId, output);
        },
      };
    },
  };
}

import { randomUUID } from 'node:crypto';
import type { Thinker, ThinkerInput, ThinkerTalk, Thinking, Thought } from '../../cascade/thinker.ts';
import {
  type BrainState,
  keepOnlyHeard,
  NEW_BRAIN,
  rememberCall,
  rememberHistory,
  rememberOutcome,
  rememberSpoken,
} from './memory.ts';
import { type BrainReply, think } from './think.ts';

/** The rules that answer where no language model does: a demonstration that needs nothing. */
export const demoThinker: Thinker = {
  capabilities: { sees: false, tools: true },
  openTalk(): ThinkerTalk {
    let state: BrainState = NEW_BRAIN;
    return {
      begin(input): Thinking {
        const answer = think(state, brainInput(input));
        return {
          thoughts: thoughtsOf(answer.reply),
          accept: () => {
            state = answer.state;
          },
        };
      },
      recall: (items) => {
        state = rememberHistory(state, items);
      },
      noteSpoken: (turnId, text) => {
        state = { ...rememberSpoken(state, turnId, text), hasGreeted: true };
      },
      keepHeard: (turnId, heardText) => {
        state = keepOnlyHeard(state, turnId, heardText);
      },
      noteCall: (_turnId, call) => {
        state = rememberCall(state, call);
      },
      noteOutcome: (callId, output) => {
        state = rememberOutcome(state, callId, output);
      },
    };
  },
};

/** Rules that only look for words in common fire nothing on somebody's server. */
function brainInput({ said, pictures, instructions, config: given, now }: ThinkerInput): Parameters<typeof think>[1] {
  const config = { ...given, tools: given.tools.filter((tool) => tool.serverWaitMs === undefined) };
  const words = said.join(' ').trim();
  return { words: words === '' ? null : words, instructions, hasPicture: pictures.length > 0, config, now };
}

async function* thoughtsOf(reply: BrainReply): AsyncGenerator<Thought> {
  if (reply.kind === 'call-tool') {
    yield { kind: 'call', callId: `call_${randomUUID()}`, name: reply.name, argumentsJson: reply.argumentsJson };
  }
  const text = reply.kind === 'call-tool' ? (reply.words ?? '') : reply.text;
  if (text !== '') yield { kind: 'words', text, isLast: true };
}

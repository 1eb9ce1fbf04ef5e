import type { Thinker, ThinkerInput, ThinkerTalk, Thinking, Thought } from '../../cascade/thinker.ts';
import { type BrainState, keepOnlyHeard, NEW_BRAIN, rememberHistory, rememberSpoken } from './memory.ts';
import { think } from './think.ts';

/** The rules that answer where no language model does: a demonstration that needs nothing, and calls no tool of anybody. */
export const demoThinker: Thinker = {
  capabilities: { sees: false, tools: false },
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
      // It calls no tools.
      noteCall: () => {},
      noteOutcome: () => {},
    };
  },
};

function brainInput({ said, pictures, instructions, config, now }: ThinkerInput): Parameters<typeof think>[1] {
  const words = said.join(' ').trim();
  return { words: words === '' ? null : words, instructions, hasPicture: pictures.length > 0, config, now };
}

async function* thoughtsOf(text: string): AsyncGenerator<Thought> {
  if (text !== '') yield { kind: 'words', text, isLast: true };
}

import type { VoiceConfig } from '../../../core/voice-port.ts';
import type { BrainState } from './memory.ts';

export type BrainConfig = Pick<VoiceConfig, 'prompt' | 'firstMessage' | 'avatarName' | 'language' | 'tools'>;

/** How many wordings are kept from being repeated. */
const MEMORY_OF_WORDINGS = 12;

/** One act of thinking: what is known, what was said, and the wordings it may still use. */
export class Thought {
  readonly config: BrainConfig;
  readonly now: Date;
  readonly words: string;
  state: BrainState;

  constructor(state: BrainState, input: { config: BrainConfig; now: Date; words: string }) {
    this.state = state;
    this.config = input.config;
    this.now = input.now;
    this.words = input.words;
  }

  /** One of several wordings: the same talk always gets the same one, and none soon again. */
  pick(wordings: readonly string[]): string {
    const recent = this.state.recentWordings;
    const offset = (this.state.replyCount * 7 + hashOf(this.words)) % wordings.length;
    const turned = [...wordings.slice(offset), ...wordings.slice(0, offset)];
    const chosen =
      turned.find((wording) => !recent.includes(wording)) ??
      turned.toSorted((left, right) => recent.lastIndexOf(left) - recent.lastIndexOf(right))[0] ??
      '';
    this.state = { ...this.state, recentWordings: [...recent, chosen].slice(-MEMORY_OF_WORDINGS) };
    return chosen;
  }
}

function hashOf(text: string): number {
  let hash = 0;
  for (const character of text) hash = (hash * 31 + (character.codePointAt(0) ?? 0)) % 9973;
  return hash;
}

/** A way of answering: the words to say, or null when it has nothing to offer. */
export type Skill = (thought: Thought) => string | null;

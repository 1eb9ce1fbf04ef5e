import type { VoiceEvent } from '../../core/voice-port.ts';
import type { Speaker as CascadeSpeaker, TalkSpeaker } from '../cascade/speaker.ts';
import { ReadySpeaker } from './ready-speaker.ts';
import { clauseRequests, type Speaker, SpokenReply } from './speak-text.ts';

/** A mouth of this machine as that of a cascade. */
export function localSpeaker(mouth: Speaker): CascadeSpeaker {
  return { openTalk: () => talkOf(mouth, () => {}) };
}

/** One talk of a mouth, which is told when a reply begins and may say something of it. */
export function talkOf(mouth: Speaker, onTurn: (emit: (event: VoiceEvent) => void) => void): TalkSpeaker {
  const ready = new ReadySpeaker(mouth);
  return {
    prepare(text, { voice, language }) {
      const [first] = clauseRequests(ready, { text, voice, language });
      if (first !== undefined) ready.prepare(first.request);
    },
    forget: () => ready.forget(),
    beginTurn(turnId, emit) {
      onTurn(emit);
      const reply = new SpokenReply(ready, turnId, emit);
      return { speak: (text, { voice, language }, signal) => reply.speak({ text, voice, language }, signal) };
    },
  };
}

import type { VoiceEvent } from '../../core/voice-port.ts';
import type { Speaker as CascadeSpeaker, SpeakingConfig, TalkSpeaker } from '../cascade/speaker.ts';
import { primaryLanguage } from '../languages.ts';
import { languageName } from '../persona.ts';
import { ReadySpeaker } from './ready-speaker.ts';
import { clauseRequests, type Speaker, SpokenReply } from './speak-text.ts';

/** A mouth of this machine as that of a cascade. */
export function localSpeaker(mouth: Speaker): CascadeSpeaker {
  return { openTalk: () => talkOf(mouth, () => {}), lackOf: (config) => lackOfLanguage(mouth, config) };
}

/** The mouths of this machine speak English, and others only with an engine that whoever runs the server has added. */
export function lackOfLanguage({ speaksOtherLanguages }: Speaker, { language }: SpeakingConfig): string | null {
  const primary = primaryLanguage(language);
  if (primary === 'en' || speaksOtherLanguages) return null;
  const name = languageName(primary) ?? 'this language';
  return `The mouth of this machine does not speak ${name}: choose a speaker that does in the avatar's settings (OpenAI-compatible, ElevenLabs, Cartesia, Azure), or have the optional eSpeak package added to the server. Until then its words are shown.`;
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

import type { VoiceConfig, VoiceEvent } from '../../core/voice-port.ts';
import type { CountUsage } from './thinker.ts';

/** What decides how something sounds. */
export type SpeakingConfig = Pick<VoiceConfig, 'voice' | 'language'>;

/** The mouth of a cascade: words become sound. */
export type Speaker = {
  /** For one talk; `count` is told what a service has counted. */
  openTalk(count: CountUsage): TalkSpeaker;
  /** Why it cannot speak this language, in a sentence for whoever chose it; null: it can. Left out: it speaks all. */
  lackOf?(config: SpeakingConfig): string | null;
};

export type TalkSpeaker = {
  /** Makes the beginning of this text ready to be heard, in place of what was made ready before. */
  prepare(text: string, config: SpeakingConfig): void;
  /** Gives up what was made ready. */
  forget(): void;
  /** Begins a reply, whose words and sound `emit` is told in order. */
  beginTurn(turnId: string, emit: (event: VoiceEvent) => void): TurnSpeaker;
};

export type TurnSpeaker = {
  /**
   * Speaks what follows in the reply; resolves once its sound is made. Rejects when it fails; ends quietly when `signal` aborts.
   */
  speak(text: string, config: SpeakingConfig, signal: AbortSignal): Promise<void>;
};

import type { Clock } from '../../../core/clock.ts';
import type { Logger } from '../../../core/logger.ts';
import type { VoiceEvent } from '../../../core/voice-port.ts';
import type { Speaker as CascadeSpeaker } from '../../cascade/speaker.ts';
import { lackOfLanguage, localSpeaker, talkOf } from '../local-speaker.ts';
import type { Speaker } from '../speak-text.ts';
import { PacedMouth, SpeechPace } from './paced-mouth.ts';

/** The talk goes on, in another voice. */
const TOO_SLOW: VoiceEvent = {
  type: 'failed',
  category: 'internal',
  retryable: true,
  message: 'This machine is too slow or too busy for its neural voice: the built-in one speaks in its place.',
  endsReply: false,
};

export type NeuralSpeakerOptions = {
  readonly neural: Pick<Speaker, 'speak'>;
  readonly plain: Speaker;
  readonly clock: Clock;
  readonly logger: Logger;
};

/** The neural mouth of this machine as that of a cascade: in talks, where it keeps up with them. */
export function neuralSpeaker(options: NeuralSpeakerOptions): CascadeSpeaker {
  const pace = new SpeechPace(options.clock);
  return {
    lackOf: (config) => lackOfLanguage(options.plain, config),
    openTalk() {
      const mouth = new PacedMouth({ ...options, pace });
      let isTold = false;
      return talkOf(mouth, (emit) => {
        mouth.beginTurn(() => {
          if (isTold) return;
          isTold = true;
          options.logger.warn({}, 'The neural mouth does not keep up; the built-in one speaks in its place.');
          emit(TOO_SLOW);
        });
      });
    },
  };
}

/** The same outside of talks, where nobody waits: whatever it takes. */
export function patientNeuralSpeaker({
  neural,
  plain,
}: Pick<NeuralSpeakerOptions, 'neural' | 'plain'>): CascadeSpeaker {
  return localSpeaker({
    speaksOtherLanguages: plain.speaksOtherLanguages,
    speak: (request, signal) => (request.language === 'en' ? neural : plain).speak(request, signal),
  });
}

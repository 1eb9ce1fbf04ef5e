import { FilmOptionError } from '@visavis/face';
import type { SpokenText, TextSpeaker } from '@visavis/face/film-command';
import { VoiceSampler } from '@visavis/media/voice-sampler';

const SILENT = { debug() {}, info() {}, warn() {}, error() {} };

/** Speaks the text of a film with a voice of this machine, which knows when each phone is said. */
export const speakFilmText: TextSpeaker = async (text, signal): Promise<SpokenText> => {
  const sampler = new VoiceSampler(SILENT);
  try {
    const spoken = await sampler.speak(text, signal);
    if (spoken.kind === 'unspeakable') throw new FilmOptionError('no-voice', { language: spoken.language });
    return spoken;
  } finally {
    await sampler.close();
  }
};

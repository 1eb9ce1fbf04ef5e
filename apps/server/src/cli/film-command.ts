import type { Command } from './command.ts';

/** `visavis film …`: speech onto a clip, which needs no server. */
export const filmCommand: Command = {
  name: 'film',
  lines: [
    ['film --video CLIP --audio SPEECH -o FILE.mp4', 'lets the person in a clip say what a recording says'],
    ['film --video CLIP --text TEXT -o FILE.mp4', 'or what a voice of this machine says'],
  ],
  async run(argv) {
    const { speakFilmText } = await import('../roles/speak-film-text.ts');
    return await (await import('@visavis/face/film-command')).runFilmCommand(argv, speakFilmText);
  },
};

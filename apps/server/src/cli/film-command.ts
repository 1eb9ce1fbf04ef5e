import type { Command } from './command.ts';

/** `visavis film …`: speech onto a clip, which needs no server. */
export const filmCommand: Command = {
  name: 'film',
  lines: [['film --video CLIP --audio SPEECH -o FILE.mp4', 'lets the person in a clip say what a recording says']],
  async run(argv) {
    return await (await import('@visavis/face/film-command')).runFilmCommand(argv);
  },
};

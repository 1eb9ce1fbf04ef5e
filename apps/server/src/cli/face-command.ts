import type { Command } from './command.ts';

/** `visavis face …`: the face library's own command line, which needs no server. */
export const faceCommand: Command = {
  name: 'face',
  lines: [
    ['face make PHOTO|CLIP -o FOLDER', 'makes an avatar from a photo or a clip of one person'],
    ['face speak BUNDLE AUDIO -o FILE.mp4', 'lets an avatar speak a recording'],
  ],
  async run(argv) {
    return await (await import('@visavis/face/command')).runFaceCommand(['face', ...argv]);
  },
};

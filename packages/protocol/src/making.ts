import { PICTURE_NAMES, VIDEO_NAMES } from './file-names.ts';
import type { SentenceValues } from './refusals.ts';

/** So long a deleted avatar can be restored. */
export const BIN_DAYS = 7;

/** Why no avatar came of a photo or clip: a closed list, each with a sentence that says what to do about it. */
export const MAKING_PROBLEMS = {
  'unknown-file': `This file is neither a photo (${PICTURE_NAMES}) nor a clip (${VIDEO_NAMES}). Choose one of these.`,
  'not-an-image': `This file is no ${PICTURE_NAMES} picture. Choose a photo in one of these formats.`,
  'not-a-video': `This file holds no moving picture. Choose an ${VIDEO_NAMES} clip.`,
  'unknown-codec':
    'The pictures of this clip are coded in a way that is not read here (AV1, for example). Save it as an MP4 with H.264 and retry.',
  corrupt: 'This file is damaged and cannot be read. Save or export it again and retry.',
  animated: `This picture is animated. Choose a still photo, or a clip (${VIDEO_NAMES}).`,
  'too-large':
    'This file is too large: photos may have 65 megapixels and 160 MB, clips 4096 pixels a side and 1 GB. Save a smaller copy and retry.',
  'too-short': 'This clip is shorter than 2 seconds. Record a longer one: 5 to 10 seconds look best.',
  'too-long': 'This clip is longer than 2 minutes. Cut out 5 to 10 seconds in which the person looks at the camera.',
  'no-face': 'No face was found. Choose a well-lit photo or clip in which one person looks at the camera.',
  'several-faces': 'There are several faces. Choose a photo or clip with a single person, or crop the others off.',
  'face-too-small':
    'The face is too small. Choose a photo or clip taken closer, with a face at least 60 pixels wide; 300 or more look best.',
  'face-turned-away': 'The face is turned away. Choose a photo or clip in which the person looks towards the camera.',
  'face-lost':
    'The face is out of the picture, hidden or in the dark for nearly all of the clip. Choose a clip in which it stays in sight.',
  'eyes-closed': 'The eyes are closed in the whole clip. Choose one in which the person looks at the camera.',
  'lips-unclear':
    'The outline of the lips could not be followed. Choose a sharp photo or clip in which the whole mouth is seen, from the front.',
  'mouth-covered':
    'The mouth is covered. Choose a photo or clip without a mask, hand or microphone in front of the mouth.',
  'broke-off': 'Making this avatar broke off twice. Try again, or choose another picture or video.',
  stopped: 'The server stopped twice while it made this avatar. Try again.',
  'file-lost': 'The picture is not on this server any more. Send it again.',
  'address-failed': 'The picture could not be fetched. Check its address and try again.',
  'address-answered': 'The address of the picture answered {status}. Check it and try again.',
  'address-refused': 'The picture cannot be fetched: {why}',
  'time-limit': 'Making this avatar took too long. Choose a smaller picture or a shorter video.',
  'never-begun': 'The server stopped before it began to make this avatar. Choose its photo or clip once more.',
} as const;

export type MakingProblem = keyof typeof MAKING_PROBLEMS;

/** Why an avatar could not be made, for pages that tell it in their own words. */
export type MakingFailure = {
  /** A problem of the making, or a refusal of its file. */
  readonly reason: string;
  /** What stands in its sentence; `why` is one of the faults of deliveries. */
  readonly values?: SentenceValues | undefined;
};

/** What is being done while an avatar is made, in order. */
export const MAKING_STEPS = [
  'starting',
  'fetching the picture',
  'reading the photo',
  'reading the clip',
  'following the face',
  'choosing the best picture',
  'finding the face',
  'separating the person',
  'drawing the mouth',
  'drawing the lids',
  'drawing the smile',
  'drawing the brows',
  'writing the layers',
  'writing the loop',
  'filming the preview',
  'done',
] as const;

export type MakingStep = (typeof MAKING_STEPS)[number];

export function isMakingStep(text: string): text is MakingStep {
  return (MAKING_STEPS as readonly string[]).includes(text);
}

/** Why a clip cannot become an avatar: a closed list, each with a sentence that says what to do about it. */
const CLIP_PROBLEMS = {
  'unknown-file':
    'This file is neither a photo (JPEG, PNG, WebP, BMP) nor a clip (MP4, WebM, MOV). Choose one of these.',
  'not-a-video': 'This file holds no moving picture. Choose an MP4, WebM or MOV clip.',
  corrupt: 'This clip is damaged and cannot be read. Save or export it again and retry.',
  'too-short': 'This clip is shorter than 2 seconds. Record a longer one: 5 to 10 seconds look best.',
  'too-long': 'This clip is longer than 2 minutes. Cut out 5 to 10 seconds in which the person looks at the camera.',
  'too-large': 'This clip is larger than 1 GB or than 4096 pixels. Save a smaller copy and retry.',
  'no-face': 'No face was found. Choose a well-lit clip in which one person looks at the camera.',
  'several-faces': 'There are several faces in this clip. Choose one with a single person.',
  'face-too-small':
    'The face is too small. Choose a clip taken closer, with a face at least 60 pixels wide; 300 or more look best.',
  'face-turned-away': 'The face is turned away. Choose a clip in which the person looks towards the camera.',
  'face-lost': 'The face leaves the picture or is hidden in a part of the clip. Cut that part off and retry.',
  'mouth-covered': 'The mouth is covered. Choose a clip without a mask, hand or microphone in front of the mouth.',
} as const;

export type ClipProblem = keyof typeof CLIP_PROBLEMS;

export class ClipError extends Error {
  readonly reason: ClipProblem;

  constructor(reason: ClipProblem, options?: ErrorOptions) {
    super(CLIP_PROBLEMS[reason], options);
    this.name = 'ClipError';
    this.reason = reason;
  }
}

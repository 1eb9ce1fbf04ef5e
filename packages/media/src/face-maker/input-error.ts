/** Why a photo cannot become an avatar: a closed list, each with a sentence that says what to do about it. */
const PHOTO_PROBLEMS = {
  'not-an-image': 'This file is not a JPEG, PNG, WebP or BMP picture. Choose a photo in one of these formats.',
  corrupt: 'This picture is damaged and cannot be read. Save or export it again and retry.',
  animated: 'This picture is animated. Choose a still photo.',
  'too-large': 'This picture has more than 40 megapixels or 160 MB. Save a smaller copy and retry.',
  'no-face': 'No face was found. Choose a well-lit photo in which one person looks at the camera.',
  'several-faces': 'There are several faces in this picture. Crop it so that only one person is left.',
  'face-too-small':
    'The face is too small. Choose a photo taken closer, with a face at least 60 pixels wide; 300 or more look best.',
  'face-turned-away': 'The face is turned away. Choose a photo in which the person looks towards the camera.',
  'mouth-covered': 'The mouth is covered. Choose a photo without a mask, hand or microphone in front of the mouth.',
} as const;

export type PhotoProblem = keyof typeof PHOTO_PROBLEMS;

export class PhotoError extends Error {
  readonly reason: PhotoProblem;

  constructor(reason: PhotoProblem, options?: ErrorOptions) {
    super(PHOTO_PROBLEMS[reason], options);
    this.name = 'PhotoError';
    this.reason = reason;
  }
}

import { PICTURE_NAMES, VIDEO_NAMES } from './file-names.ts';

/** What becomes of a film that was ordered: `done`, `failed` and `cancelled` stay. */
export const FILM_STATES = ['waiting', 'running', 'done', 'failed', 'cancelled'] as const;
export type FilmState = (typeof FILM_STATES)[number];

/** How the length of a film comes from those of its clip and its sound. */
export const FILM_SYNC_MODES = ['loop', 'bounce', 'cut_off', 'silence', 'remap'] as const;
export type FilmSyncMode = (typeof FILM_SYNC_MODES)[number];

/** So long a film is kept, from its order on. */
export const FILM_DAYS = 30;

/** What is being done while a film is made, in order; which of them depends on what it is made of. */
export const FILM_STEPS = [
  'starting',
  'fetching the files',
  'speaking the text',
  'making the face',
  'reading the clip',
  'following the face',
  'drawing the mouth',
  'done',
] as const;
export type FilmStep = (typeof FILM_STEPS)[number];

/** Why no film came of an order, beside what is wrong with its files: each with a sentence that says what to do about it. */
export const FILM_PROBLEMS = {
  'url-answered': 'The {what} URL answered {status}. Check it and order the film again.',
  'url-refused': 'The {what} URL cannot be fetched: {why}',
  'url-failed': 'The {what} URL could not be reached. Check it and order the film again.',
  'url-late': 'The {what} URL did not answer in time. Check it and order the film again.',
  'url-certificate':
    'The {what} URL has a certificate that cannot be trusted: it has expired, is self-signed, or belongs to another host. Mend it and order the film again.',
  'url-broke-off':
    'The file at the {what} URL broke off before its end. Check that it can be fetched whole and order the film again.',
  'file-late':
    'The file at the {what} URL took longer than {minutes} minutes to come in. Put it in a quicker place and order the film again.',
  'file-too-slow':
    'The file at the {what} URL comes in too slowly. Put it in a quicker place and order the film again.',
  'file-too-large':
    'The file at the {what} URL is larger than {limit} MB. Save a smaller copy and order the film again.',
  'upload-gone':
    'The {what} URL is no upload link of this project, or it has expired. Send the file again and order the film again.',
  'upload-open': 'The file at the {what} URL has not arrived whole. Send the rest of it and order the film again.',
  'no-video': `The video URL leads to no clip: ${VIDEO_NAMES} are read. A picture belongs into image_url.`,
  'no-image': `The image URL leads to no picture: ${PICTURE_NAMES} are read. A clip belongs into video_url.`,
  'no-avatar': 'The avatar of this film is not there any more.',
  'no-voice': 'No voice on this server speaks the language of this text ({language}). Send the sound instead.',
  'voice-refused':
    'The service that speaks with this voice did not take this text. Choose another voice, such as alloy, or send the sound instead.',
  'voice-away':
    'The service that speaks with this voice does not answer. Order the film again later, or choose another voice, such as alloy.',
  'no-words': 'This text holds nothing that can be spoken.',
  'sound-lost': 'The sound of this film is not on this server any more. Order the film again.',
  'no-points': 'No points are left for this film. Add points and order it again.',
  'too-few-points':
    'This film would be {seconds} seconds long and cost {price} points; {left} are left for it. Add points and order it again.',
  'no-speaker':
    'No face lies at the place of the speaker {at} seconds into the clip. Point at the nose of the one who speaks and order the film again.',
  'speaker-beyond':
    'The speaker is looked for {at} seconds into the clip, which ends at {length}. Choose a time within the clip and order the film again.',
  'size-beyond':
    'The picture of this clip would be {width} × {height} pixels in the size that was ordered: sides of 64 to 4096 pixels and 9 megapixels are possible. Choose another size and order the film again.',
  'segment-beyond':
    'A segment ends at {end} s, but the clip at {length} s. Choose stretches within the clip and order the film again.',
  'time-limit': 'Making this film took too long. Cut it into pieces.',
  'broke-off': 'Making this film broke off three times. Order it again, or choose another clip.',
} as const;
export type FilmProblem = keyof typeof FILM_PROBLEMS;

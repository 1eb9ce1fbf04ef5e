/** What the owner of an avatar is told about how it was made: a closed list, each with a sentence that says what to do about it. */
export const AVATAR_NOTICES = {
  'still-from-clip':
    'No stretch of this clip could be shown as filmed, so this avatar was made from its best picture, as from a photo. For one that moves as filmed, send a clip in which one person looks at the camera for 5 to 10 seconds with open eyes and hardly turns the head, without a cut.',
} as const;

export type AvatarNotice = keyof typeof AVATAR_NOTICES;

export const AVATAR_NOTICE_CODES = Object.keys(AVATAR_NOTICES) as readonly AvatarNotice[];

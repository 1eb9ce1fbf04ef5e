/** What fails of a call that goes on, as it is told. */
export const TROUBLE = {
  'picture-failed': {
    type: 'failed',
    code: 'media-failed',
    message:
      'The picture stands still for now, because it could not be encoded. The talk goes on, and it is tried again.',
    fatal: false,
  },
  'event-too-large': {
    type: 'failed',
    code: 'media-failed',
    message: 'An event was left out, because it is larger than the data channel takes. The talk goes on.',
    fatal: false,
  },
  'recording-failed': {
    type: 'failed',
    code: 'recording-failed',
    message:
      'This call is not recorded any further: its film is as large as it may become, or cannot be written. The talk goes on.',
    fatal: false,
  },
} as const;

export type Gap = {
  /** `missing`: no test cites it. `partly`: the tests that do leave something out. */
  readonly state: 'missing' | 'partly';
  /** What is not there, or what no test shows. */
  readonly reason: string;
};

/** Requirements that are not wholly proven, by id. An entry that no longer holds fails a test. */
export const GAPS: Readonly<Record<string, Gap>> = {
  '22.14': {
    state: 'partly',
    reason:
      'Events pass. The picture passes where the proxy stands before `/api/webrtc` as well; the published one does not, and a picture is given to nobody who names another key.',
  },
};

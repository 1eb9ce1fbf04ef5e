import { MAKING_PROBLEMS, type MakingProblem } from '@visavis/protocol';

/** Why a photo or a clip cannot become an avatar; the sentences stand in the protocol's table. */
export type InputProblem = Exclude<MakingProblem, 'broke-off' | 'stopped' | 'file-lost' | 'address-failed'>;

export class InputError extends Error {
  readonly reason: InputProblem;

  /** @param options `sentence`: where the one of the making of avatars does not fit. */
  constructor(reason: InputProblem, options?: ErrorOptions & { readonly sentence?: string }) {
    super(options?.sentence ?? MAKING_PROBLEMS[reason], options);
    this.name = 'InputError';
    this.reason = reason;
  }
}

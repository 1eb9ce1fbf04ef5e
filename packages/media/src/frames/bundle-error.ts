/** Why an avatar bundle cannot be used. */
export type AvatarBundleFault = 'missing-file' | 'bad-manifest' | 'wrong-version' | 'corrupt-file';

const MESSAGE_CHARACTERS = 1000;

/** A bundle that cannot be opened; the message names the file and what is wrong with it. */
export class AvatarBundleError extends Error {
  readonly fault: AvatarBundleFault;

  constructor(fault: AvatarBundleFault, message: string, options?: ErrorOptions) {
    // The message may hold a name out of the bundle, which may be as long as its writer liked.
    super(message.slice(0, MESSAGE_CHARACTERS), options);
    this.name = 'AvatarBundleError';
    this.fault = fault;
  }
}

/** Why an avatar bundle cannot be used. */
export type AvatarBundleFault = 'missing-file' | 'bad-manifest' | 'wrong-version' | 'corrupt-file';

/** A bundle that cannot be opened; the message names the file and what is wrong with it. */
export class AvatarBundleError extends Error {
  readonly fault: AvatarBundleFault;

  constructor(fault: AvatarBundleFault, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'AvatarBundleError';
    this.fault = fault;
  }
}

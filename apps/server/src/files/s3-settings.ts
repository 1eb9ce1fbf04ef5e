/** The object that names the installation to which the bucket belongs. */
export const OWNER_KEY = 'installation';

export type S3Settings = {
  /** Undefined: Amazon's, of `region`. */
  readonly endpoint: string | undefined;
  readonly bucket: string;
  readonly region: string;
  readonly accessKeyId: string;
  /** A function, so that whatever prints the settings does not print it. */
  readonly secretAccessKey: () => string;
  /** The bucket is a part of the path, not of the host name. */
  readonly forcePathStyle: boolean;
};

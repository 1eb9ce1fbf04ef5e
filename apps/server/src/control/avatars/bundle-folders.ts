import { join } from 'node:path';

/** Where avatar bundles lie on this machine that are not in the store of files. */
export type BundleFolders = {
  /** The bundles that come with the release. */
  readonly shipped: string;
  /** Those that an older server made here, in the data folder, until they are in the store. */
  readonly made: string;
};

export function bundlePath(
  folders: BundleFolders,
  bundle: { readonly bundleSource: 'shipped' | 'made'; readonly bundleName: string },
): string {
  return join(folders[bundle.bundleSource], bundle.bundleName);
}

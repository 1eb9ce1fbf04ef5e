import { join } from 'node:path';

/** Where avatar bundles lie on this machine. */
export type BundleFolders = {
  /** The bundles that come with the release. */
  readonly shipped: string;
  /** The bundles made here, in the data folder. */
  readonly made: string;
};

export function bundlePath(
  folders: BundleFolders,
  bundle: { readonly bundleSource: 'shipped' | 'made'; readonly bundleName: string },
): string {
  return join(folders[bundle.bundleSource], bundle.bundleName);
}

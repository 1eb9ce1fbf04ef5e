/** Releases that run the server, as in the `engines` of the repository: the first minor of a major; `andLater`: and all later majors. */
const RELEASES: readonly { readonly major: number; readonly minor: number; readonly andLater?: true }[] = [
  { major: 22, minor: 18 },
  { major: 24, minor: 11 },
  { major: 26, minor: 0, andLater: true },
];

/** Whether a release of Node, like `22.18.0`, runs the server. */
export function runsServer(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return RELEASES.some((release) =>
    major === release.major ? minor >= release.minor : release.andLater === true && major > release.major,
  );
}

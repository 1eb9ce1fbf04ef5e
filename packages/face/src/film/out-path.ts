import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/** A film cannot be written where it is wanted; the message says what to do. */
export class OutPathError extends Error {
  override readonly name = 'OutPathError';
}

/** Looks at the place of a film before hours of work go into it. Throws `OutPathError`. */
export async function requireOutPath(outPath: string, inputs: readonly string[]): Promise<void> {
  const folder = await fileAt(dirname(outPath));
  if (folder === null || !folder.isDirectory()) {
    throw new OutPathError(`There is no folder ${dirname(outPath)}: make it, or write the film to another place.`);
  }
  const there = await fileAt(outPath);
  if (there === null) return;
  if (there.isDirectory()) throw new OutPathError(`${outPath} is a folder: name a file in it, like film.mp4.`);
  for (const input of inputs) {
    const file = await fileAt(input);
    if (file === null || file.dev !== there.dev || file.ino !== there.ino) continue;
    throw new OutPathError(`The film would replace ${input}, which it is made of: write it to another file.`);
  }
}

/** Null where nothing is, or nothing can be looked at. */
async function fileAt(path: string) {
  return await stat(path).catch(() => null);
}

import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Picture } from '../../packages/media/src/core/picture.ts';

const SCRIPT = join(import.meta.dirname, 'second-landmarks.py');
const NEEDED = 'import dlib, numpy, importlib.util as u; assert u.find_spec("face_recognition_models")';

/** Whether this Python has what `second-landmarks.py` needs. */
export function hasSecondInstrument(python: string): boolean {
  return spawnSync(python, ['-c', NEEDED]).status === 0;
}

/**
 * Opening of the mouth in each picture by a network of another make than the one that follows faces in films; as `MouthMeter` gives it.
 */
export async function secondApertures(python: string, pictures: AsyncIterable<Picture>): Promise<(number | null)[]> {
  const child = spawn(python, [SCRIPT], { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = once(child, 'close');
  const apertures: (number | null)[] = [];
  createInterface(child.stdout).on('line', (line) => apertures.push(JSON.parse(line)));
  let count = 0;
  for await (const { width, height, data } of pictures) {
    if (count === 0) child.stdin.write(`${width} ${height}\n`);
    count += 1;
    if (!child.stdin.write(data.slice(0, width * height))) await Promise.race([once(child.stdin, 'drain'), ended]);
  }
  child.stdin.end();
  const [code] = await ended;
  if (code !== 0 || apertures.length !== count)
    throw new Error(`${SCRIPT} ended with ${code} after ${apertures.length} of ${count} pictures.`);
  return apertures;
}

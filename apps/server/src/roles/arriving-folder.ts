import { join } from 'node:path';
import { isPublicId, newPublicId } from '../control/ids.ts';
import { onceMadeFile } from '../once-made-file.ts';
import { StartError } from '../start-error.ts';

/**
 * Where this node keeps what comes in over links: on the disk of the store's folder, which takes it by a second name, and below a
 * name of its own, since nodes may share `files`. The name outlives a start, as what lies there does.
 * @throws StartError
 */
export function arrivingFolderOf(dataDir: string): string {
  const path = join(dataDir, 'node.id');
  const nodeId = onceMadeFile(path, () => `${newPublicId()}\n`).trim();
  if (!isPublicId(nodeId)) throw new StartError(`${path} is damaged. Delete it, and start again.`);
  return join(dataDir, 'files', 'arriving', nodeId);
}

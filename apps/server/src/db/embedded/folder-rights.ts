import { accessSync, constants, lstatSync, readdirSync, readlinkSync, statSync } from 'node:fs';
import { userInfo } from 'node:os';
import { dirname, join, parse, resolve } from 'node:path';

const { R_OK, W_OK, X_OK } = constants;
/** The engine reads these and never writes them; an operator may have closed them to writing. */
const READ_ONLY_FILES = /^(PG_VERSION|postgresql(\.auto)?\.conf|pg_(hba|ident)\.conf)$/;
/** Of an engine that is gone; it is made anew at each start. */
const OLD_LOCK = 'postmaster.pid';

/**
 * What keeps this process from using the folder, as a sentence with the way out; null when nothing does. Looks at every file of
 * the engine, since one start by another user is enough to leave some that are closed. Changes nothing.
 */
export function findObstacle(folder: string): string | null {
  return findOnTheWay(folder) ?? findInside(folder);
}

/** The same for a folder of which only the way there and its own rights count. It may be made still. */
export function findObstacleTo(folder: string): string | null {
  return findOnTheWay(folder) ?? checkAccess(folder, R_OK | W_OK | X_OK, (path) => tellClosed(folder, path));
}

function findOnTheWay(folder: string): string | null {
  const way = [resolve(folder)];
  for (let path = way[0] ?? folder; path !== parse(path).root; path = dirname(path)) way.unshift(dirname(path));
  let parent = '';
  for (const path of way) {
    const fault = faultOf(path);
    if (fault === 'missing') return checkAccess(parent, W_OK | X_OK, tellClosedWay);
    if (fault !== null) return fault;
    if (!statSync(path).isDirectory()) return `${path} is a file, where a folder should be. ${elsewhere(path)}`;
    const closed = path === way.at(-1) ? null : checkAccess(path, X_OK, tellClosedWay);
    if (closed !== null) return closed;
    parent = path;
  }
  return null;
}

/** `missing` for what is not there at all; a sentence for a link that leads nowhere. */
function faultOf(path: string): string | null {
  try {
    statSync(path);
    return null;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EACCES' || code === 'EPERM') return null;
    if (code !== 'ENOENT' && code !== 'ELOOP') throw error;
  }
  try {
    return `${path} is a link to ${readlinkSync(path)}, which is not there. Is a disk not mounted? Mount it, or remove the link.`;
  } catch {
    return 'missing';
  }
}

function findInside(folder: string): string | null {
  const tell = (path: string): string => tellClosed(folder, path);
  const judge = (path: string, isOutermost: boolean): string | null => {
    const fault = faultOf(path);
    if (fault !== null) return fault === 'missing' ? null : fault;
    const status = lstatSync(path);
    if (status.isFile()) return checkAccess(path, neededOf(path), tell);
    const isFolder = statSync(path).isDirectory();
    const closed = checkAccess(path, isFolder ? R_OK | W_OK | X_OK : R_OK | W_OK, tell);
    if (closed !== null || !isFolder) return closed;
    // A link inside may lead back to where it lies.
    if (status.isSymbolicLink() && !isOutermost) return null;
    return firstOf(
      readdirSync(path).filter((name) => name !== OLD_LOCK),
      (name) => look(join(path, name)),
    );
  };
  const look = (path: string, isOutermost = false): string | null => {
    try {
      return judge(path, isOutermost);
    } catch (error) {
      // What a server that runs removes meanwhile is no fault.
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
      throw error;
    }
  };
  return (
    checkAccess(folder, R_OK | W_OK | X_OK, tell) ??
    firstOf(['format.json', 'pgdata'], (name) => look(join(folder, name), true))
  );
}

function neededOf(path: string): number {
  return READ_ONLY_FILES.test(parse(path).base) || path.endsWith('format.json') ? R_OK : R_OK | W_OK;
}

function firstOf(names: readonly string[], look: (name: string) => string | null): string | null {
  for (const name of names) {
    const found = look(name);
    if (found !== null) return found;
  }
  return null;
}

function checkAccess(path: string, needed: number, tell: (path: string) => string): string | null {
  try {
    accessSync(path, needed);
    return null;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EROFS') return tellReadOnly();
    if (code === 'ENOENT') return null;
    return tell(path);
  }
}

export function tellReadOnly(): string {
  return 'its disk can only be read. Make it writable, or choose another DATA_DIR.';
}

export function tellClosed(folder: string, path: string): string {
  const owner = quoted(userName());
  return (
    `${path} may not be read and written by the user of this server (${userName()}). Give everything to that user ` +
    `(chown -R ${owner} ${quoted(folder)}; chmod -R u+rwX ${quoted(folder)}) and start again.`
  );
}

function tellClosedWay(path: string): string {
  return (
    `${path}, which leads there, is closed to the user of this server (${userName()}). Open it to that user ` +
    `(chown or chmod), or choose another DATA_DIR.`
  );
}

function elsewhere(path: string): string {
  return `Move it away (mv ${quoted(path)} ${quoted(`${path}.old`)}), or choose another DATA_DIR.`;
}

/** In a container a user may have no name. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.() ?? '');
  }
}

/** As one word of a shell's command line. */
export function quoted(path: string): string {
  return /^[\w./:@+-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}

import { errorMessage } from '../error-message.ts';

type Address = {
  readonly host: string;
  readonly port: number;
  /** A port near this one that is free; null: none was found. */
  readonly freePort: number | null;
};

const NO_ADDRESS = ({ host }: Address): string =>
  `HOST=${host} is no address of this machine. Leave HOST out to listen on all of them, or name one that it has.`;
const NO_NAME = ({ host }: Address): string =>
  `HOST=${host} is no name of this machine. Leave HOST out to listen on all addresses, or name one that it has.`;

/** By the code of the system, of what listening on an address fails with. */
const LISTENING: Readonly<Record<string, (address: Address) => string>> = {
  EADDRINUSE: ({ port, freePort }) =>
    freePort === null
      ? `Port ${port} is taken, and so are those above it. Stop the other program, or choose another port with --port.`
      : `Port ${port} is taken. Stop the other program, or use the next free port: --port ${freePort}`,
  EACCES: ({ port }) =>
    `Port ${port} may not be used by this user: ports below 1024 need rights. Choose another one: --port 8787`,
  EADDRNOTAVAIL: NO_ADDRESS,
  EINVAL: NO_ADDRESS,
  EAFNOSUPPORT: NO_ADDRESS,
  ENOTFOUND: NO_NAME,
  EAI_AGAIN: NO_NAME,
};

const WORDS: Readonly<Record<string, string>> = {
  EACCES: 'may not be used by the user of this server. Give it to that user (chown, chmod)',
  EPERM: 'may not be used by the user of this server. Give it to that user (chown, chmod)',
  ENOENT: 'is not there. Put it back',
  EISDIR: 'is a folder, where a file should be. Move it away',
  ENOTDIR: 'leads through a file, where a folder should be. Move that away',
  EEXIST: 'is there already, as something else. Move it away',
  EROFS: 'lies on a disk that can only be read. Make that writable, or choose another DATA_DIR',
  ENOSPC: 'could not be written: its disk is full. Make room on it',
  EDQUOT: 'could not be written: the quota of this user is used up. Make room',
  EMFILE: 'could not be opened: this user may open too few files. Raise the limit (ulimit -n)',
};

/** Whatever kept the server from starting, as a sentence with the way out. */
export function explainStart(error: unknown, address: Address): string {
  const { code = '', syscall = '', path } = (error instanceof Error ? error : {}) as NodeJS.ErrnoException;
  if (syscall === 'listen' || syscall === 'getaddrinfo' || syscall === 'bind') {
    const told = LISTENING[code]?.(address);
    if (told !== undefined) return told;
  }
  if (path !== undefined && WORDS[code] !== undefined) return `${path} ${WORDS[code]}, and start again.`;
  // What fails in the middle of a file has no path.
  if (code === 'ENOSPC' || code === 'EDQUOT') return 'The disk of DATA_DIR is full. Make room on it, and start again.';
  return errorMessage(error);
}

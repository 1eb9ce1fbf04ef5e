/**
 * All of the environment that a child process or a thread of ours gets. No key, no password, no database address is among
 * these: what a child needs of that kind is handed to it over its channel, where no other user of the machine can read it.
 */
const KEPT_VARIABLES = [
  'PATH',
  'HOME',
  'USER',
  'TMPDIR',
  'TMP',
  'TEMP',
  'LANG',
  'LC_ALL',
  'LC_CTYPE',
  'TZ',
  'NODE_ENV',
  'LD_LIBRARY_PATH',
  'DYLD_LIBRARY_PATH',
  'MALLOC_ARENA_MAX',
  'NODE_COMPILE_CACHE',
  'NODE_EXTRA_CA_CERTS',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
  'SystemRoot',
  'SystemDrive',
  'USERPROFILE',
  'APPDATA',
  'LOCALAPPDATA',
  'PATHEXT',
  'COMSPEC',
] as const;

/** The short list of variables for a child, with those that it needs besides. */
export function childEnvironment(more: Readonly<Record<string, string>> = {}): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const name of KEPT_VARIABLES) {
    const value = process.env[name];
    if (value !== undefined) kept[name] = value;
  }
  return { ...kept, ...more };
}

/** What npm needs besides: where the user has it look, and through which proxy. */
export function npmVariables(): Record<string, string> {
  const names = /^(?:npm_config_\w{1,80}|https?_proxy|no_proxy)$/i;
  const settings = Object.entries(process.env).flatMap(([name, value]): [string, string][] =>
    value !== undefined && names.test(name) ? [[name, value]] : [],
  );
  return Object.fromEntries(settings);
}

/** For threads that need nothing of it but where Node keeps compiled code: with that they start in a third of the time. */
export function bareEnvironment(): Record<string, string> {
  const { NODE_COMPILE_CACHE } = childEnvironment();
  return NODE_COMPILE_CACHE === undefined ? {} : { NODE_COMPILE_CACHE };
}

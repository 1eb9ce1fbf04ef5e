import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { findRecogniser } from '@visavis/media/recogniser';
import pg from 'pg';
import type { Config } from '../config.ts';
import { readShippedAvatars } from '../control/avatars/shipped-avatars.ts';
import { loadMasterKeys } from '../control/secrets/master-key.ts';
import { FolderInUseError, requireFree } from '../db/embedded/folder-lock.ts';
import { findObstacleTo } from '../db/embedded/folder-rights.ts';
import { POSTGRES_CONNECTION } from '../db/postgres-connection.ts';
import { explainPostgres } from '../db/postgres-failure.ts';
import { errorMessage } from '../error-message.ts';
import { checkPort, isPortTaken, nextFreePort } from '../roles/free-port.ts';
import { explainStart } from '../roles/start-failure.ts';
import { loadTls } from '../roles/tls.ts';
import { CONSOLE_FOLDER } from '../shipped-files.ts';

type Finding = {
  /** `fault`: the server would not start. `note`: it would, and could do less. */
  readonly kind: 'fine' | 'note' | 'fault';
  readonly sentence: string;
};

const POSTGRES_LIMIT_MS = 10_000;

const fine = (sentence: string): Finding => ({ kind: 'fine', sentence });
const note = (sentence: string): Finding => ({ kind: 'note', sentence });
const fault = (sentence: string): Finding => ({ kind: 'fault', sentence });

/** Looks at everything that a start needs, in the order of the start. Nothing is made, changed or kept open. */
export async function* examine(config: Config): AsyncGenerator<Finding> {
  const { dataDir, databaseUrl } = config;
  yield fine(`Node ${process.versions.node} on ${process.platform} ${process.arch} runs the server.`);
  yield lookAtFolder(dataDir);
  yield await lookAtDisk(config);
  yield lookAtMasterKey(config);
  const runningAs = databaseUrl === undefined ? await ownerOfDatabase(dataDir) : null;
  if (databaseUrl !== undefined) yield await lookAtPostgres(databaseUrl);
  else if (runningAs === null) yield fine('Nobody uses the embedded database.');
  else yield note(`A server runs on this folder (${runningAs}): the embedded database serves no second one.`);
  yield await lookAtPort(config, runningAs !== null);
  if (runningAs === null) yield await lookAtStunPort(config);
  yield await lookAtTls(config);
  yield await lookAtAvatars(config);
  yield existsSync(join(CONSOLE_FOLDER, 'index.html'))
    ? fine('The pages are built.')
    : note('The pages are not built: “npm start” builds them.');
  yield (await findRecogniser()) === null
    ? note(
        'There is no recogniser, so people type (Debian and Ubuntu: apt-get install python3-pocketsphinx pocketsphinx-en-us).',
      )
    : fine('PocketSphinx recognises speech (English).');
}

function lookAtFolder(dataDir: string): Finding {
  const obstacle = findObstacleTo(dataDir);
  return obstacle === null
    ? fine(`DATA_DIR (${dataDir}) may be used.`)
    : fault(`DATA_DIR (${dataDir}) cannot be used: ${obstacle}`);
}

async function lookAtDisk({ dataDir, minFreeDiskBytes }: Config): Promise<Finding> {
  let folder = dataDir;
  while (!existsSync(folder) && folder !== dirname(folder)) folder = dirname(folder);
  const { bavail, bsize } = await statfs(folder);
  const megabytes = Math.floor((bavail * bsize) / 1_000_000);
  if (bavail * bsize >= minFreeDiskBytes) return fine(`Its disk has ${megabytes} MB free.`);
  return note(`Its disk has ${megabytes} MB free, less than MIN_FREE_DISK_MB: talks go on, nothing else is stored.`);
}

function lookAtMasterKey({ masterKey, dataDir }: Config): Finding {
  if (!masterKey && !existsSync(join(dataDir, 'master.key'))) return fine('A master key is made at the first start.');
  try {
    loadMasterKeys({ masterKey, dataDir });
    return fine('The master key can be read.');
  } catch (error) {
    return fault(errorMessage(error));
  }
}

/** Null when nobody is at work there. */
async function ownerOfDatabase(dataDir: string): Promise<string | null> {
  try {
    await requireFree(join(dataDir, 'database'));
    return null;
  } catch (error) {
    if (error instanceof FolderInUseError) return error.owner;
    throw error;
  }
}

async function lookAtPostgres(databaseUrl: string): Promise<Finding> {
  const client = new pg.Client({
    ...POSTGRES_CONNECTION,
    connectionString: databaseUrl,
    connectionTimeoutMillis: POSTGRES_LIMIT_MS,
    query_timeout: POSTGRES_LIMIT_MS,
  });
  client.on('error', () => {});
  try {
    await client.connect();
    const { rows } = await client.query<{ version: string }>(`select current_setting('server_version') as version`);
    return fine(`PostgreSQL ${rows[0]?.version ?? ''} answers.`);
  } catch (error) {
    return fault(errorMessage(explainPostgres(databaseUrl, error)));
  } finally {
    await client.end().catch(() => {});
  }
}

async function lookAtPort(config: Config, isRunning: boolean): Promise<Finding> {
  try {
    await checkPort(config);
    return fine(`Port ${config.port} of ${config.host} is free.`);
  } catch (error) {
    if (isRunning && isPortTaken(error))
      return note(`Port ${config.port} is taken, as it should be while that server runs.`);
    const freePort = isPortTaken(error) ? await nextFreePort(config) : null;
    return fault(explainStart(error, { ...config, freePort }));
  }
}

async function lookAtStunPort({ host, stunPort, iceServers }: Config): Promise<Finding> {
  if (stunPort === 0 || iceServers !== undefined) return fine('The built-in STUN responder is off.');
  const socket = createSocket({ type: host.includes(':') ? 'udp6' : 'udp4' });
  try {
    socket.bind(stunPort, host);
    await once(socket, 'listening');
    return fine(`UDP port ${stunPort} is free for the STUN responder.`);
  } catch (error) {
    return note(
      `UDP port ${stunPort} cannot be had for the STUN responder (${errorMessage(error)}): set STUN_PORT or ICE_SERVERS.`,
    );
  } finally {
    socket.close();
  }
}

async function lookAtTls(config: Config): Promise<Finding> {
  if (config.tls.kind === 'off')
    return note('TLS is off: pages of other machines get no microphone (--tls self-signed).');
  // A certificate is made at the first start, not here.
  if (config.tls.kind === 'self-signed')
    return fine('TLS has a certificate of its own making, which browsers warn of.');
  try {
    await loadTls(config);
    return fine('The certificate and its key fit together.');
  } catch (error) {
    return fault(explainStart(error, { ...config, freePort: null }));
  }
}

async function lookAtAvatars({ avatarsDir }: Config): Promise<Finding> {
  try {
    const avatars = await readShippedAvatars(avatarsDir);
    if (avatars === null) return note(`There are no built-in avatars in ${avatarsDir}: it has no index.json.`);
    return fine(`${avatars.length} built-in avatars are at hand.`);
  } catch (error) {
    return fault(errorMessage(error));
  }
}

import { hostname } from 'node:os';
import { join } from 'node:path';
import { MediaPool, type WorkerLoss } from '@visavis/media/media-pool';
import { offersOf } from '@visavis/media/voice-catalogue';
import type { Logger as PinoLogger } from 'pino';
import type { Config } from '../config.ts';
import { readShippedAvatars } from '../control/avatars/shipped-avatars.ts';
import type { Demo } from '../control/demo/seed-demo.ts';
import { createServer } from '../http/create-server.ts';
import { createHostNames } from '../http/edge/host-names.ts';
import { listen } from '../http/edge/listen.ts';
import type { TalkPageSource, VoiceReport } from '../http/talk-page.ts';
import { findModels } from '../models/installed-models.ts';
import type { CallPlacer, NoteEvent } from '../ports.ts';
import { CONSOLE_FOLDER, DOCS_FOLDER } from '../shipped-files.ts';
import { Closers } from './closers.ts';
import { openControlPlane } from './control-plane.ts';
import { openDataFolder } from './data-folder.ts';
import type { FoundModel } from './found-models.ts';
import { checkPort } from './free-port.ts';
import { iceServersFor } from './ice-servers.ts';
import { ServerVoiceChoice } from './server-voice.ts';
import { startStunResponder } from './stun-responder.ts';
import { isSelfSigned, loadTls } from './tls.ts';
import { followVoice, reportVoice, type ServerVoice, seesWith } from './voice-choice.ts';

export type RunningServer = {
  readonly port: number;
  readonly demo: Demo;
  readonly database: 'embedded' | 'postgres';
  readonly stunPort: number | null;
  readonly capacity: number;
  /** What speaks, hears and thinks; resolves when the first media worker is up. */
  readonly voice: Promise<VoiceReport>;
  /** What answers for the built-in avatars, if the console has changed nothing since. */
  readonly usedVoice: ServerVoice;
  /** Language models of other programs on this machine that nobody has put behind the avatars. */
  readonly foundModels: readonly FoundModel[];
  /** Ends live calls, then everything else. Idempotent. */
  close(): Promise<void>;
};

/** Gateway, control plane and media workers of one machine, joined. */
export async function startAllInOne(config: Config, logger: PinoLogger, version: string): Promise<RunningServer> {
  const closers = new Closers(logger);
  try {
    return await start(config, logger, version, closers);
  } catch (error) {
    await closers.close();
    throw error;
  }
}

async function start(config: Config, logger: PinoLogger, version: string, closers: Closers): Promise<RunningServer> {
  const startedAtMs = performance.now();
  // At once, before the slow parts start.
  await checkPort(config);
  await openDataFolder(config.dataDir);
  const tls = await loadTls(config);
  // Workers load their models while the database opens.
  let noteEvent: NoteEvent = () => {};
  const pool = await openMedia(config, logger, ({ reason, hung, sessionIds, suspectSessionId }) => {
    const detail = { reason, calls: sessionIds.length, ...(suspectSessionId === null ? {} : { suspectSessionId }) };
    noteEvent({ action: 'worker.replaced', subject: hung ? 'hung' : 'died', detail });
  });
  closers.add('media workers', () => pool.close());
  const voiceChoice = await ServerVoiceChoice.open({
    dataDir: config.dataDir,
    configured: config.voice,
    own: config.voice.isNamed ? null : (pool.brain?.name ?? null),
  });
  const { brain, speechOf } = pool;
  const control = await openControlPlane(config, logger, closers, { voiceChoice, brain, speechOf });
  noteEvent = control.noteEvent;
  const current = (): ServerVoice => voiceChoice.current();
  const voice = followVoice(current, pool.ready);
  const known = pool.ready.then((description) => reportVoice(current(), description));
  const voiceReady = pool.whenReady().then(() => known);
  voiceReady.catch((error: unknown) => logger.error({ error: String(error) }, 'No media worker came up'));

  const { demo } = control;
  const { app, gateway } = await createServer({
    ...control,
    placer: placeOn(pool, config),
    iceServers: iceServersFor(config),
    historyGapMs: config.historyGapMs,
    pictureSizes: { usualPx: config.pictureSizePx, largestPx: config.maxPictureSizePx },
    logger,
    console: { folder: CONSOLE_FOLDER, framingOrigins: control.framingOrigins },
    docsFolder: DOCS_FOLDER,
    health(sockets) {
      const { calls, capacity, workers, ...faults } = pool.stats();
      const isStarting = !workers.some((worker) => worker.ready);
      const isFailing = control.databaseWatch.isDown();
      const status = isStarting ? 'starting' : isFailing ? 'failing' : calls >= capacity ? 'full' : 'ok';
      const database = isFailing ? 'down' : 'ok';
      const uptimeSeconds = Math.round((performance.now() - startedAtMs) / 1000);
      const disk = control.disk.isLow() ? 'low' : 'ok';
      const jobs = control.jobs?.counts ?? {};
      return {
        status,
        version,
        calls: { open: calls, capacity, sockets },
        disk,
        database,
        faults,
        jobs,
        uptimeSeconds,
      };
    },
    talkPage: { version, voice, ...talkPageOf(config, control, voiceChoice) },
    httpLogger: logger,
    trustProxy: config.trustProxy,
    isTransportTrusted: tls === undefined || !isSelfSigned(tls.cert),
    hostNames: createHostNames({ machineName: hostname(), given: config.hostNames, certificate: tls?.cert }),
    ...(tls === undefined ? {} : { tls }),
  });
  const { broker } = control.operator;
  control.calls.bind({
    endCallsOfLicence(licenceId, code) {
      if (code === 'licence-reset') broker?.endOfLicence(licenceId);
      return gateway.endCallsOfLicence(licenceId, code);
    },
    endCallsOfMember: (projectId, userId) => gateway.endCallsOfMember(projectId, userId),
  });
  closers.add('sockets and pages', () => app.close());
  const listening = await listen(app, config);
  closers.add('the second loopback', async () => listening.close());

  const stun =
    config.stunPort === 0 || config.iceServers !== undefined
      ? null
      : await startStunResponder({ host: config.host, port: config.stunPort, logger });
  if (stun !== null) closers.add('STUN responder', () => stun.close());
  return {
    port: listening.port,
    demo,
    database: control.database,
    stunPort: stun?.port ?? null,
    capacity: pool.stats().capacity,
    voice: voiceReady,
    usedVoice: withKeys(voiceChoice.current(), config),
    foundModels: voiceChoice.others,
    close: () => closers.close(),
  };
}

function withKeys(voice: ServerVoice, config: Config): ServerVoice {
  return { ...voice, parts: { ...config.voice.partsWithKeys(), ...voice.callParts } };
}

function talkPageOf(
  config: Config,
  { demo, consoleApi }: Pick<Awaited<ReturnType<typeof openControlPlane>>, 'demo' | 'consoleApi'>,
  voiceChoice: ServerVoiceChoice,
): Omit<TalkPageSource, 'version' | 'voice'> {
  return {
    demo: () =>
      config.demo.enabled && demo.projectId !== null && demo.licenceKey !== null
        ? { licence: demo.licenceKey, projectId: demo.projectId }
        : null,
    voices: consoleApi.voices,
    abilities: (provider) => ({
      sees: seesWith(provider, voiceChoice.current().parts),
      isDemonstration: offersOf(provider)?.isDemonstration === true,
    }),
    foundModels: () => voiceChoice.others,
  };
}

/**
 * The built-in STUN responder tells clients their address; our own end has its host candidates and learns the rest from
 * the clients' checks. Asking that responder would only delay the offer, so the media side gets configured servers alone.
 */
function placeOn(pool: MediaPool, config: Config): CallPlacer {
  const iceServers = config.iceServers ?? [];
  return { open: (session, listener) => pool.open({ ...session, iceServers }, listener) };
}

async function openMedia(
  config: Config,
  logger: PinoLogger,
  onWorkerLost: (loss: WorkerLoss) => void,
): Promise<MediaPool> {
  // The built-in figures; what belongs to a project is opened when it is first called.
  const shipped = config.preparesAvatars ? ((await readShippedAvatars(config.avatarsDir)) ?? []) : [];
  const models = await findModels(config.models, logger);
  return new MediaPool({
    models,
    onWorkerLost,
    workerCount: config.mediaWorkers,
    maxCallsPerWorker: config.maxCallsPerWorker,
    worker: {
      cachePath: join(config.dataDir, 'cache'),
      logLevel: config.logLevel,
      warmBundlePaths: shipped.map((avatar) => join(config.avatarsDir, avatar.bundleName)),
      widthPx: config.pictureSizePx,
      heightPx: config.pictureSizePx,
      publicAddresses: config.publicAddresses,
      voiceParts: config.voice.partsWithKeys(),
      privateHosts: config.fetchPrivateHosts,
      allowScriptedVoice: config.allowScriptedVoice,
      ...(config.mediaPorts === undefined ? {} : { portRange: config.mediaPorts }),
    },
    logger,
  });
}

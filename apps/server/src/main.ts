import { collectLessOften } from '@visavis/media/heap-growth';
import { outliveReaders } from '@visavis/media/process-group';
import type { Logger as PinoLogger } from 'pino';
import { type Config, loadConfig } from './config.ts';
import { keepFilesPrivate } from './private-files.ts';
import { isPortTaken, nextFreePort } from './roles/free-port.ts';
import { isUnderNohup, watchParent } from './roles/parent-watch.ts';
import { explainStart } from './roles/start-failure.ts';
import { readVersion } from './version.ts';

const HELP = `Usage: visavis [start] [settings]    (in a checkout also: npm start -- [settings])

Runs the server until it is told to stop: Ctrl-C, SIGTERM, or a closed terminal. Each setting is an argument or an environment variable;
arguments win.`;

/** Live calls, media workers and the database get this long to end before the process does. */
const CLOSE_LIMIT_MS = 15_000;

/**
 * Runs the server until it is told to stop; `onRunning` is called once it answers, and may fail without ending it. Exit codes: 0 clean,
 * 1 could not start or close, 2 wrong settings, 130 forced.
 */
export async function main(argv: readonly string[], onRunning: () => void = () => {}): Promise<void> {
  keepFilesPrivate();
  outliveReaders();
  collectLessOften();
  const loaded = loadConfig(argv);
  if (loaded.kind === 'help') {
    console.log(`${HELP}\n\n${loaded.text}`);
    return;
  }
  if (loaded.kind === 'faults') {
    console.error(`These settings do not fit:\n${loaded.text.replaceAll(/^/gm, '  ')}`);
    process.exitCode = 2;
    return;
  }
  const { config } = loaded;
  // Loaded now, so that help and faults in the settings come at once.
  const [startRole, { createServerLog }] = await Promise.all([loadRole(config), import('./roles/server-log.ts')]);
  const logger = createServerLog(config);
  const stop = onStopSignal(config.isStartedByNpm, () => {
    logger.info({}, 'Closing: live calls are told. Press Ctrl-C again to force');
    // Also while it starts: a database that does not answer holds nobody up.
    setTimeout(() => {
      logger.error({ limitMs: CLOSE_LIMIT_MS }, 'Closing took too long; the process ends now');
      process.exit(1);
    }, CLOSE_LIMIT_MS).unref();
  });
  const running = await startRole(config, logger).catch((error: unknown) => endUnstarted(error, config, logger));
  try {
    const greeting = await Promise.race([running.greeting(), stop]);
    if (!stop.requested) {
      console.log(`\n${greeting}\n`);
      onRunning();
    }
  } catch (error) {
    logger.error({ error: String(error) }, 'The server runs, but what follows its start failed');
  }
  await stop;
  try {
    await running.close();
  } catch (error) {
    logger.error({ error: String(error) }, 'The server could not close');
    process.exit(1);
  }
  logger.info({}, 'Closed');
  process.exit(0);
}

type StartRole = (
  config: Config,
  logger: PinoLogger,
) => Promise<{
  /** What the terminal shows; comes when all of it is up. */
  greeting(): Promise<string>;
  close(): Promise<void>;
}>;

async function loadRole({ role }: Config): Promise<StartRole> {
  if (role === 'worker') {
    const { startWorker } = await import('./roles/worker.ts');
    return async (config, logger) => {
      const { close } = await startWorker(config, logger);
      return { close, greeting: async () => 'A worker of Visavis is running.' };
    };
  }
  const [{ startAllInOne }, { describeServer }] = await Promise.all([
    import('./roles/all-in-one.ts'),
    import('./roles/greeting.ts'),
  ]);
  return async (config, logger) => {
    const server = await startAllInOne(config, logger, readVersion());
    const greeting = async () => {
      const voice = await server.voice.catch(() => null);
      return `Visavis is running.\n\n${describeServer(config, server, voice)}`;
    };
    return { greeting, close: () => server.close() };
  };
}

async function endUnstarted(error: unknown, config: Config, logger: PinoLogger): Promise<never> {
  const freePort = isPortTaken(error) ? await nextFreePort(config) : null;
  logger.fatal({ error: explainStart(error, { ...config, freePort }) }, 'The server could not start');
  process.exit(1);
}

/**
 * Resolves at the first SIGINT, SIGTERM or SIGHUP (the terminal is closed), or when npm, which started this process, is gone; a second
 * signal ends the process at once. What was started with `nohup` goes on when its terminal is closed: npm does not pass that on.
 */
function onStopSignal(isStartedByNpm: boolean, announce: () => void): Promise<void> & { requested: boolean } {
  let resolveStop: () => void = () => {};
  const stop = Object.assign(new Promise<void>((resolve) => (resolveStop = resolve)), { requested: false });
  const requestStop = () => {
    if (stop.requested) return;
    stop.requested = true;
    announce();
    resolveStop();
  };
  const onSignal = () => {
    if (stop.requested) process.exit(130);
    requestStop();
  };
  const watch = isStartedByNpm ? watchParent(requestStop) : null;
  const onHangup = () => {
    if (watch?.isDetached()) watch.end();
    else if (!isUnderNohup()) requestStop();
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  process.on('SIGHUP', onHangup);
  return stop;
}

if (import.meta.main) await main(process.argv.slice(2));

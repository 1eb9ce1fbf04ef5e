import { leaveEndToParent, outliveReaders } from '@visavis/media/process-group';

/** What this process is to make, of which `startMakingChild` sends one message. */
export function readTask(): Promise<unknown> {
  return new Promise((resolve) => process.once('message', resolve));
}

/** Resolves when the server has been told, or is not there. */
export function tellServer(message: object): Promise<void> {
  return new Promise((resolve) => {
    if (process.send === undefined) resolve();
    else process.send(message, () => resolve());
  });
}

/** Makes one thing, tells how that ended, and ends the process. `refusalOf`: null where another attempt may succeed. */
export async function makeAndTell<Message extends object>(
  make: () => Promise<Message>,
  refusalOf: (error: unknown) => Message | null,
): Promise<never> {
  // What ends with the server's terminal is no failure of this making: the server goes on with it at its next start.
  leaveEndToParent();
  outliveReaders();
  // Nobody is left to make it for.
  process.on('disconnect', () => process.exit(1));
  try {
    await tellServer(await make());
  } catch (error) {
    const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
    await tellServer(refusalOf(error) ?? { kind: 'broke', detail });
  }
  process.exit(0);
}

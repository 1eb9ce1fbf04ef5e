import type { SessionEvent } from '@visavis/media/session-events';
import type { CallEnd, CallSettings } from './call-settings.ts';

/** The side of a call that its client is on: some wire protocol. Whatever it throws ends this call only. */
export type CallClient = {
  /** The call has its place. Told first, unless it is refused. */
  placed(settings: CallSettings): void;
  event(event: SessionEvent, atMs: number): void;
  /** Told last, once: why the server ends the call; null when the client has hung up. Commands given meanwhile still reach the session. */
  ending(end: CallEnd | null): void;
  /** What the log is told about the client's side when the call ends. */
  counters(): Readonly<Record<string, unknown>>;
};

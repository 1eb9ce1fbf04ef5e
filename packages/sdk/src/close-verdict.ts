import { END_EVENTS, ERROR_CODES, errorEntry } from '@visavis/protocol';
import type { ProblemCode, ProblemSpecifics } from './call-problem.ts';
import { callMayGoOn, problemOfEnd, wantsOtherToken } from './from-wire.ts';

export type CloseVerdict = {
  readonly problem: ProblemCode;
  readonly specifics: ProblemSpecifics;
  /** The same talk may go on over a new socket. */
  readonly mayReconnect: boolean;
  /** See the signal `rejected`. */
  readonly wantsToken: boolean;
};

/** Closures by the network or a restart rather than by decision (RFC 6455, section 7.4.1). */
const lostCodes: ReadonlySet<number> = new Set([1001, 1005, 1006, 1011, 1012, 1013, 1014]);

/** What a closed socket means when no event has said so before: a proxy may have swallowed the event. */
export function judgeClose(close: { opened: boolean; code: number; reason: string }): CloseVerdict {
  const lost = { mayReconnect: true, wantsToken: false };
  if (!close.opened) return { problem: 'server-unreachable', specifics: {}, ...lost };
  if (lostCodes.has(close.code)) return { problem: 'connection-lost', specifics: { detail: close.reason }, ...lost };
  const code = ERROR_CODES.find((known) => END_EVENTS[known].closeReason === close.reason);
  if (code === undefined) {
    const specifics = { detail: close.reason };
    return { problem: 'closed-by-server', specifics, mayReconnect: false, wantsToken: false };
  }
  const problem = problemOfEnd(END_EVENTS[code].eventType, code);
  const { message: advice, retryable } = errorEntry(code);
  const specifics = problem === 'avatar-unknown' ? {} : { advice, serverCode: code, retryable };
  return { problem, specifics, mayReconnect: callMayGoOn(code), wantsToken: wantsOtherToken(code) };
}

export type { ExpressionName, WireTool as ToolDefinition } from '@visavis/protocol';
export type { CallEnvironment, CallOptions, TokenSource, ToolCall, ToolHandler } from './call-options.ts';
export {
  type CallProblem,
  callProblem,
  type EndReason,
  type ProblemCode,
  problemCodes,
} from './call-problem.ts';
export type { CallEvents, CallSnapshot, CallState } from './call-snapshot.ts';
export type { Activity, ExchangeLatency } from './conversation.ts';
export type { SessionInfo, TurnLatency } from './from-wire.ts';
export type { MicrophoneOptions } from './microphone.ts';
export type { MicrophoneStatus } from './microphone-control.ts';
export type { CallStatistics } from './statistics.ts';
export type { CallConfig, ExpressionOptions, HistoryTurn } from './to-wire.ts';
export type { Caption, Transcript } from './transcript.ts';
export { VisavisCall } from './visavis-call.ts';
export type { WireRecord } from './wire-record.ts';

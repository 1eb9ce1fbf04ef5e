export type { ExpressionName, UtteranceState, WireTool as ToolDefinition } from '@visavis/protocol';
export type { CallEnvironment, CallOptions, TokenSource, ToolCall, ToolHandler } from './call-options.ts';
export {
  type CallProblem,
  callProblem,
  type EndReason,
  type ProblemCode,
  problemCodes,
} from './call-problem.ts';
export { type CallSituation, situationOf } from './call-situation.ts';
export type { CallEvents, CallSnapshot, CallState } from './call-snapshot.ts';
export { Camera, type CameraEvents, type CameraState } from './camera.ts';
export type { CaptionChange, SpokenWord } from './caption-change.ts';
export type { Activity, ExchangeLatency } from './conversation.ts';
export {
  canChooseSpeaker,
  type DeviceList,
  listDevices,
  type MediaDeviceChoice,
  noDevices,
  watchDevices,
} from './devices.ts';
export type { SessionInfo, TurnLatency } from './from-wire.ts';
export type { MicrophoneOptions } from './microphone.ts';
export { MicrophoneCheck, type MicrophoneCheckEvents, type MicrophoneCheckState } from './microphone-check.ts';
export type { MicrophoneStatus } from './microphone-control.ts';
export { type NetworkQuality, networkQuality } from './network-quality.ts';
export type { CallRating } from './rate-call.ts';
export type { CallStatistics } from './statistics.ts';
export { playTestSound } from './test-sound.ts';
export type { CallConfig, ExpressionOptions, HistoryTurn } from './to-wire.ts';
export { type Caption, captionText, type Transcript } from './transcript.ts';
export type { SayOptions, Utterance, UtteranceChange } from './utterances.ts';
export { VisavisCall } from './visavis-call.ts';
export type { WireRecord } from './wire-record.ts';

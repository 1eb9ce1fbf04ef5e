import type { VoiceCapabilities } from '../../core/voice-port.ts';

export const REALTIME_CAPABILITIES: VoiceCapabilities = {
  detectsTurns: true,
  canTruncate: true,
  sees: true,
  tools: true,
  answers: true,
  hears: true,
  timings: 'none',
  speaks: 'on-request',
  informed: 'by-note',
  echoesUser: false,
  languages: 'any',
};

import type { VoiceCapabilities } from '../../core/voice-port.ts';

export const LIVE_CAPABILITIES: VoiceCapabilities = {
  // The service tells no beginning and no end of a turn; our own turn detection does.
  detectsTurns: false,
  canTruncate: false,
  sees: false,
  tools: true,
  answers: true,
  hears: true,
  timings: 'none',
  speaks: 'on-request',
  informed: 'by-note',
  echoesUser: false,
  languages: 'any',
};

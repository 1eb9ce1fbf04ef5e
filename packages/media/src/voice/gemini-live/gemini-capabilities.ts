import type { VoiceCapabilities } from '../../core/voice-port.ts';

export const GEMINI_CAPABILITIES: VoiceCapabilities = {
  // The service does not say when somebody begins to speak; our own turn detection does, and ends turns by their sense.
  detectsTurns: false,
  canTruncate: false,
  sees: true,
  tools: true,
  answers: true,
  hears: true,
  timings: 'none',
  speaks: 'on-request',
  echoesUser: false,
  languages: 'any',
};

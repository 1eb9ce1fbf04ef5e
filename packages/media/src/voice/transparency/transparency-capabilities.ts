import type { VoiceCapabilities } from '../../core/voice-port.ts';

export const TRANSPARENCY_CAPABILITIES: VoiceCapabilities = {
  // No turn of the user is looked for: every sample is wanted.
  detectsTurns: true,
  canTruncate: false,
  sees: false,
  tools: false,
  answers: true,
  hears: false,
  timings: 'none',
  speaks: 'exactly',
  echoesUser: true,
  languages: 'any',
};

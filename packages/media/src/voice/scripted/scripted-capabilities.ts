import type { VoiceCapabilities } from '../../core/voice-port.ts';

export const SCRIPTED_CAPABILITIES: VoiceCapabilities = {
  detectsTurns: false,
  canTruncate: false,
  sees: true,
  tools: true,
  answers: true,
  hears: true,
  timings: 'none',
  speaks: 'exactly',
  echoesUser: false,
  languages: 'any',
};

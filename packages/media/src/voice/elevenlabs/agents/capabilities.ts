import type { VoiceCapabilities } from '../../../core/voice-port.ts';

/** What agents may be told to speak, as ElevenLabs writes it. */
export const AGENT_LANGUAGES: readonly string[] = (
  'en ja zh de hi fr ko pt pt-br it es id nl tr pl sv bg ro ar cs el fi ms da ta uk ru hu hr sk no vi tl af hy as az be bn bs ' +
  'ca et gl ka gu ha he is ga jv kn kk ky lv lt lb mk ml mr ne ps fa pa sr sd sl so sw te th ur cy'
).split(' ');

export const AGENT_CAPABILITIES: VoiceCapabilities = {
  detectsTurns: true,
  ownTurns: true,
  // It cuts its memory itself when the user interrupts; of other interruptions it is told.
  canTruncate: false,
  sees: false,
  tools: true,
  answers: true,
  hears: true,
  timings: 'word',
  speaks: 'on-request',
  echoesUser: false,
  languages: AGENT_LANGUAGES,
};

import type { ProviderVoices, VoiceDescription } from '../../core/voice-port.ts';

export const GEMINI_LIVE_URL = 'wss://generativelanguage.googleapis.com';
export const GEMINI_LIVE_MODEL = 'gemini-3.8-live';

const FEMALE = [
  'Achernar',
  'Aoede',
  'Autonoe',
  'Callirrhoe',
  'Despina',
  'Erinome',
  'Gacrux',
  'Kore',
  'Laomedeia',
  'Leda',
  'Pulcherrima',
  'Sulafat',
  'Vindemiatrix',
  'Zephyr',
] as const;
const MALE = [
  'Achird',
  'Algenib',
  'Algieba',
  'Alnilam',
  'Charon',
  'Enceladus',
  'Fenrir',
  'Iapetus',
  'Orus',
  'Puck',
  'Rasalgethi',
  'Sadachbia',
  'Sadaltager',
  'Schedar',
  'Umbriel',
  'Zubenelgenubi',
] as const;

const USUAL_VOICE = 'Aoede';

/** Who speaks for the names that calls choose from. */
const NEAREST_VOICE: ReadonlyMap<string, string> = new Map([
  ['alloy', 'Kore'],
  ['ash', 'Orus'],
  ['ballad', 'Puck'],
  ['cedar', 'Charon'],
  ['coral', 'Leda'],
  ['echo', 'Iapetus'],
  ['fable', 'Algieba'],
  ['marin', USUAL_VOICE],
  ['nova', 'Sulafat'],
  ['onyx', 'Algenib'],
  ['sage', 'Despina'],
  ['shimmer', 'Zephyr'],
  ['verse', 'Fenrir'],
]);

const described: ReadonlyMap<string, VoiceDescription> = new Map([
  ...FEMALE.map((voice) => [voice.toLowerCase(), describe(voice, 'female')] as const),
  ...MALE.map((voice) => [voice.toLowerCase(), describe(voice, 'male')] as const),
]);

function describe(voice: string, gender: VoiceDescription['gender']): VoiceDescription {
  return { voice, name: voice, gender, language: null };
}

/** The service refuses voices that it does not have. */
export function voiceName(voice: string): string {
  return described.get(voice.toLowerCase())?.voice ?? NEAREST_VOICE.get(voice) ?? USUAL_VOICE;
}

export const GEMINI_VOICES: Omit<ProviderVoices, 'provider'> = {
  voices: [...described.values()],
  speakerOf: (voice) => described.get(voiceName(voice).toLowerCase()) ?? null,
  hasSamples: false,
  takesOtherNames: false,
};

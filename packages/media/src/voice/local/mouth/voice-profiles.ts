/** One of the engine's recorded speakers: rms and awb are men (American, Scottish), slt is a woman (American). */
type Speaker = 'rms' | 'slt' | 'awb';

export type VoiceProfile = {
  /** What people call it: NavTalk's names belong to voices of another service, which sound otherwise. */
  readonly name: string;
  readonly speaker: Speaker;
  /** Mean pitch of the voice; null keeps the speaker's own (rms cannot change it apart from `throatScale`). */
  readonly pitchHz: number | null;
  /** Factor on all formants: above 1 sounds smaller and younger, below 1 larger and older. */
  readonly throatScale: number;
  /** Factor on the speed of speech. */
  readonly pace: number;
  /** For the optional many-languages engine, which has no such speakers. */
  readonly gender: 'female' | 'male';
};

/** The thirteen voice names of the NavTalk service and what each sounds like here. */
export const VOICE_PROFILES = {
  alloy: { name: 'Ruth', speaker: 'slt', pitchHz: 138, throatScale: 0.91, pace: 1.0, gender: 'female' },
  ash: { name: 'Adam', speaker: 'rms', pitchHz: null, throatScale: 1.0, pace: 1.12, gender: 'male' },
  ballad: { name: 'Callum', speaker: 'awb', pitchHz: 124, throatScale: 1.0, pace: 0.94, gender: 'male' },
  cedar: { name: 'Henry', speaker: 'rms', pitchHz: null, throatScale: 0.93, pace: 1.06, gender: 'male' },
  coral: { name: 'Grace', speaker: 'slt', pitchHz: 188, throatScale: 1.04, pace: 1.04, gender: 'female' },
  echo: { name: 'Toby', speaker: 'rms', pitchHz: null, throatScale: 1.08, pace: 1.16, gender: 'male' },
  fable: { name: 'Jamie', speaker: 'awb', pitchHz: 146, throatScale: 1.05, pace: 1.0, gender: 'male' },
  marin: { name: 'Clara', speaker: 'slt', pitchHz: 172, throatScale: 1.0, pace: 1.0, gender: 'female' },
  nova: { name: 'Lucy', speaker: 'slt', pitchHz: 206, throatScale: 1.08, pace: 1.07, gender: 'female' },
  onyx: { name: 'Walter', speaker: 'rms', pitchHz: null, throatScale: 0.86, pace: 1.02, gender: 'male' },
  sage: { name: 'Helen', speaker: 'slt', pitchHz: 156, throatScale: 0.96, pace: 0.95, gender: 'female' },
  shimmer: { name: 'Daisy', speaker: 'slt', pitchHz: 222, throatScale: 1.12, pace: 1.0, gender: 'female' },
  verse: { name: 'Angus', speaker: 'awb', pitchHz: 108, throatScale: 0.94, pace: 1.03, gender: 'male' },
} as const satisfies Record<string, VoiceProfile>;

/** What the speakers speak, BCP 47. */
export const SPEAKER_LANGUAGES: Readonly<Record<Speaker, string>> = { rms: 'en-US', slt: 'en-US', awb: 'en-GB' };

type VoiceName = keyof typeof VOICE_PROFILES;

const DEFAULT_VOICE_NAME: VoiceName = 'marin';

const FEMALE_NAMES =
  /female|woman|girl|lady|^(anna|aria|bella|ella|emma|eva|jenny|julia|lisa|maria|rachel|sarah|sophia?)\b/;
const MALE_NAMES =
  /\b(male|man|boy|guy)\b|^(adam|alex|antoni|brian|daniel|david|eric|guy|james|john|josh|liam|michael|paul|sam|tom)\b/;

/** Any name gets a voice: the thirteen their own, others by what the name suggests, else `marin`. */
export function profileOf(voice: string): VoiceProfile {
  const name = voice.trim().toLowerCase();
  if (Object.hasOwn(VOICE_PROFILES, name)) return VOICE_PROFILES[name as VoiceName];
  if (FEMALE_NAMES.test(name)) return VOICE_PROFILES.coral;
  if (MALE_NAMES.test(name)) return VOICE_PROFILES.cedar;
  return VOICE_PROFILES[DEFAULT_VOICE_NAME];
}

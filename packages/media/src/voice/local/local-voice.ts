import type { Clock } from '../../core/clock.ts';
import type { Logger } from '../../core/logger.ts';
import type { VoiceCapabilities, VoiceConfig, VoiceEvent, VoiceProvider, VoiceSession } from '../../core/voice-port.ts';
import { type CascadeParts, CascadeSession } from '../cascade/cascade-session.ts';
import { CASCADE_CAPABILITIES } from '../cascade/composed-voice.ts';
import type { Recogniser } from '../cascade/recogniser.ts';
import type { Speaker } from '../cascade/speaker.ts';
import type { Thinker } from '../cascade/thinker.ts';
import { demoThinker } from './brain/demo-thinker.ts';
import { Ears } from './ears/ears.ts';
import { findRecogniser } from './ears/find-recogniser.ts';
import { PhrasedHearing } from './ears/phrased-hearing.ts';
import { localSpeaker } from './local-speaker.ts';
import { localVoices } from './local-voices.ts';
import { ESPEAK_PACKAGE, findEspeak } from './mouth/espeak-engine.ts';
import { Mouth } from './mouth/mouth.ts';
import { NeuralMouth, type SpeechOf } from './neural/neural-mouth.ts';
import { neuralSpeaker, patientNeuralSpeaker } from './neural/neural-speaker.ts';
import type { Speaker as ClauseSpeaker } from './speak-text.ts';

export type LocalVoiceOptions = {
  readonly logger: Logger;
  readonly clock: Clock;
  /** How long words are waited for after the user has stopped, besides twice the length of the turn. */
  readonly transcriptLimitMs?: number;
  /** Ears that are better than those of the system, by the name of their model. */
  readonly ears?: LocalEars;
  /** A model of this machine that speaks. */
  readonly speechOf?: SpeechOf | undefined;
};

export type LocalEars = { readonly recogniser: Recogniser; readonly title: string };

type OtherParts = {
  /** Null: people answer. */
  readonly thinker: Thinker | null;
  /** Null: it hears nothing; left out: the ears of this machine. */
  readonly recogniser?: Recogniser | null | undefined;
  /** Left out: the mouth of this machine. */
  readonly speaker?: Speaker | undefined;
};

/** Packages of Debian and Ubuntu that bring the ears. */
const EARS_PACKAGES = 'python3-pocketsphinx pocketsphinx-en-us';

export type LocalVoice = VoiceProvider & {
  /** Its ears, where there are any, and its mouth. */
  readonly parts: Pick<CascadeParts, 'recogniser' | 'speaker'>;
  /** Its neural mouth, in talks and where nobody waits; null: it has none. */
  readonly neural: { readonly inTalks: Speaker; readonly patient: Speaker } | null;
  /** The same voice with other parts, and what its mouth can do if it is another one. Closed with this voice. */
  withParts(id: string, parts: OtherParts, mouth?: Pick<VoiceCapabilities, 'timings' | 'languages'>): VoiceProvider;
};

/** Of a mouth of which nothing is known. */
const UNTIMED: Pick<VoiceCapabilities, 'timings' | 'languages'> = { timings: 'none', languages: 'any' };

/**
 * The voice that needs no key, no graphics card and no network: a small English synthesiser, the system's recogniser
 * where there is one, and a rule-based brain.
 */
export async function createLocalVoice(options: LocalVoiceOptions): Promise<LocalVoice> {
  const { logger, clock } = options;
  const recogniser = options.ears === undefined ? await findRecogniser() : null;
  const mouth = new Mouth({ logger, clock });
  const ears = recogniser === null ? null : new Ears(recogniser, options);
  const speaksOtherLanguages = findEspeak() !== null;
  const plain: ClauseSpeaker = { speak: (request, signal) => mouth.speak(request, signal), speaksOtherLanguages };
  const parts: CascadeParts = {
    speaker: localSpeaker(plain),
    recogniser: options.ears?.recogniser ?? (ears === null ? null : phrased(ears)),
    thinker: demoThinker,
    logger,
    today: () => new Date(),
  };
  const capabilities: VoiceCapabilities = {
    ...CASCADE_CAPABILITIES,
    tools: demoThinker.capabilities.tools,
    hears: parts.recogniser !== null,
    languages: speaksOtherLanguages ? 'any' : ['en'],
  };
  const talks = new Talks();
  return {
    id: localVoices.provider,
    capabilities,
    open: async (...opening) => talks.open(parts, ...opening),
    parts,
    neural: neuralSpeakers(options, mouth, plain),
    withParts: (id, { thinker, recogniser = parts.recogniser, speaker = parts.speaker }, facts = UNTIMED) => ({
      id,
      capabilities: {
        ...capabilities,
        tools: thinker?.capabilities.tools === true,
        sees: thinker?.capabilities.sees === true,
        answers: thinker !== null,
        hears: recogniser !== null,
        ...(speaker === parts.speaker ? {} : facts),
      },
      open: async (...opening) => talks.open({ ...parts, thinker, recogniser, speaker }, ...opening),
      close: async () => {},
    }),
    async close(): Promise<void> {
      await talks.close();
      await Promise.all([mouth.close(), ears?.close()]);
    },
  };
}

function neuralSpeakers({ speechOf, clock, logger }: LocalVoiceOptions, mouth: Mouth, plain: ClauseSpeaker) {
  if (speechOf === undefined) return null;
  const neural = new NeuralMouth({ pronounce: (...words) => mouth.pronounce(...words), speechOf });
  const speakers = { neural, plain, clock, logger };
  return { inTalks: neuralSpeaker(speakers), patient: patientNeuralSpeaker(speakers) };
}

function phrased(ears: Ears): Recogniser {
  return { listen: ({ onWords }) => new PhrasedHearing(() => ears.listen(), onWords) };
}

/** The talks that are open. */
class Talks {
  readonly #sessions = new Set<VoiceSession>();

  open(
    parts: CascadeParts,
    config: VoiceConfig,
    listener: (event: VoiceEvent) => void,
    signal: AbortSignal,
  ): VoiceSession {
    signal.throwIfAborted();
    const session = new CascadeSession(parts, config, listener, signal);
    this.#sessions.add(session);
    const forget = (): boolean => this.#sessions.delete(session);
    signal.addEventListener('abort', forget, { once: true });
    return {
      send: (input) => session.send(input),
      close: async () => {
        signal.removeEventListener('abort', forget);
        forget();
        await session.close();
      },
    };
  }

  async close(): Promise<void> {
    await Promise.all([...this.#sessions].map((session) => session.close()));
    this.#sessions.clear();
  }
}

/** What the local voice has to work with on this machine, one line each. */
export async function describeLocalVoice(ears?: LocalEars): Promise<{ mouth: string; ears: string; brain: string }> {
  const recogniser = ears === undefined ? await findRecogniser() : null;
  const systemEars = recogniser === null ? `none: apt-get install ${EARS_PACKAGES}, or type` : 'PocketSphinx (English)';
  return {
    mouth:
      findEspeak() === null
        ? `flite (English, 13 voices); other languages: npm install --no-save ${ESPEAK_PACKAGE}`
        : 'flite (English, 13 voices), eSpeak NG (other languages)',
    ears: ears?.title ?? systemEars,
    brain: 'built-in rules (English, a demonstration: no language model)',
  };
}

import { setTimeout as delay } from 'node:timers/promises';
import { FIRST_VOICE } from '@visavis/protocol';
import type { Clock } from '../core/clock.ts';
import { errorMessage } from '../core/error-message.ts';
import type { Logger } from '../core/logger.ts';
import type { MachineBrain } from '../core/machine-brain.ts';
import type { VoiceProvider } from '../core/voice-port.ts';
import { type Face, openFace } from '../frames/face.ts';
import { LOOP_JOINT_FRAMES } from '../frames/manifest.ts';
import type { CallResources, HeldFace, PictureSize } from '../session/call-resources.ts';
import { loadSpeechModel, type SpeechModel } from '../turn-detection/speech-model.ts';
import type { TurnEndModel } from '../turn-detection/turn-end-watch.ts';
import { CameraDecoder } from '../video-in/camera-decoder.ts';
import { type ArticulationNetwork, loadArticulationNetwork } from '../visemes/articulation-network.ts';
import { modelRecogniser } from '../voice/local/ears/model-ears.ts';
import {
  createLocalVoice,
  describeLocalVoice,
  type LocalEars,
  type LocalVoice,
  type LocalVoiceOptions,
} from '../voice/local/local-voice.ts';
import { openVoice, type Surroundings } from '../voice/open-voice.ts';
import { guardedNetwork } from '../voice/shared/service-network.ts';
import type { VoiceParts } from '../voice/voice-parts.ts';
import { type EncodedLoop, type IdleLoopOptions, openIdleLoop } from '../webrtc/idle-loop.ts';
import type { AskedModels } from './asked-models.ts';
import { FaceCache } from './face-cache.ts';
import type { LocalVoiceParts, WorkerOptions } from './worker-messages.ts';

/** Bit rate of the shared idle loop: little moves in it. */
const IDLE_BITRATE_KBPS = 500;
/** A key frame in the idle loop every two seconds: where forwarding may begin. */
const IDLE_JOINT_EVERY_FRAMES = LOOP_JOINT_FRAMES;
const WARM_REST_MS = 500;
/** Beside the built-in ones and those in calls: some seconds of work each for the next call, and 50 to 150 MB. */
const MAX_IDLE_FACES = 8;

/** Heavy things of one worker process, each made once, when first needed. */
export class WorkerResources implements CallResources {
  readonly clock: Clock;
  readonly speechModel: SpeechModel;
  readonly turnEndModel?: TurnEndModel;
  readonly articulation: ArticulationNetwork | null;
  readonly cameras: CameraDecoder;
  readonly voiceDescription: LocalVoiceParts;
  readonly network: CallResources['network'];
  readonly #options: WorkerOptions;
  readonly #logger: Logger;
  readonly #voices = new Map<string, Promise<VoiceProvider>>();
  readonly #faces: FaceCache;
  readonly #surroundings: Surroundings;
  readonly #ears: LocalEars | undefined;
  readonly #speechOf: LocalVoiceOptions['speechOf'];
  #local: Promise<LocalVoice> | null = null;
  #closed = false;

  /** `models`: those of the machine, as far as `options` say that there are any. */
  static async open(
    options: WorkerOptions,
    logger: Logger,
    clock: Clock,
    models?: AskedModels,
  ): Promise<WorkerResources> {
    const ears = models && earsOf(options, models, logger);
    const [speechModel, articulation, voiceDescription] = await Promise.all([
      loadSpeechModel(),
      loadNetworkOrNone(logger),
      describeLocalVoice(ears),
    ]);
    const brain = (models && brainOf(options, models)) ?? null;
    return new WorkerResources({
      options,
      logger,
      clock,
      speechModel,
      articulation,
      ears,
      brain,
      voiceDescription: { ...voiceDescription, model: brain?.name ?? null },
      turnEndModel: options.models?.judgesTurnEnds === true ? models : undefined,
      speechOf: options.models?.mouth == null ? undefined : models?.speech.bind(models),
    });
  }

  constructor(parts: {
    options: WorkerOptions;
    logger: Logger;
    clock: Clock;
    speechModel: SpeechModel;
    articulation: ArticulationNetwork | null;
    voiceDescription: LocalVoiceParts;
    ears: LocalEars | undefined;
    brain: MachineBrain | null;
    turnEndModel: TurnEndModel | undefined;
    speechOf: LocalVoiceOptions['speechOf'];
  }) {
    const { options } = parts;
    this.#options = options;
    this.#logger = parts.logger;
    const { cachePath } = options;
    this.#faces = new FaceCache({
      open: (bundlePath, size) => openFace(bundlePath, { ...size, cachePath }),
      encode: encodeLoop,
      maxIdle: MAX_IDLE_FACES,
    });
    this.clock = parts.clock;
    this.cameras = new CameraDecoder({ logger: parts.logger, clock: parts.clock });
    this.#surroundings = {
      clock: parts.clock,
      logger: parts.logger,
      local: () => this.#localVoice(),
      brain: parts.brain,
      operatorParts: options.voiceParts ?? {},
      network: guardedNetwork(options.privateHosts ?? []),
      hasDoubles: options.allowScriptedVoice,
    };
    this.speechModel = parts.speechModel;
    if (parts.turnEndModel !== undefined) this.turnEndModel = parts.turnEndModel;
    this.#ears = parts.ears;
    this.#speechOf = parts.speechOf;
    this.articulation = parts.articulation;
    this.voiceDescription = parts.voiceDescription;
    this.network = {
      publicAddresses: options.publicAddresses,
      ...(options.bindAddress === undefined ? {} : { bindAddress: options.bindAddress }),
      ...(options.portRange === undefined ? {} : { portRange: options.portRange }),
    };
  }

  voice(providerId: string, parts?: VoiceParts): Promise<VoiceProvider> {
    if (parts !== undefined) return openVoice(providerId, parts, this.#surroundings);
    return remember(this.#voices, providerId, () => openVoice(providerId, {}, this.#surroundings));
  }

  holdFace(bundlePath: string, size: PictureSize): Promise<HeldFace> {
    return this.#faces.hold(bundlePath, size);
  }

  idleLoop(face: Face, codec: 'vp8' | 'h264'): Promise<EncodedLoop> {
    return this.#faces.idleLoop(face, codec);
  }

  /**
   * Opens what the first call will need, avatar by avatar. While calls are on, it rests: they need the core, and what a
   * call lacks it opens itself.
   */
  async warm(isBusy: () => boolean): Promise<void> {
    const { warmBundlePaths, widthPx, heightPx } = this.#options;
    const rest = async (): Promise<void> => {
      while (isBusy() && !this.#closed) await delay(WARM_REST_MS);
    };
    try {
      await this.voice(FIRST_VOICE);
      for (const path of warmBundlePaths) {
        await rest();
        if (this.#closed) return;
        // Never released: the built-in faces stay open.
        const { face } = await this.holdFace(path, { widthPx, heightPx });
        await rest();
        if (this.#closed) return;
        await this.idleLoop(face, 'vp8');
      }
    } catch (error) {
      this.#logger.warn({ error: errorMessage(error) }, 'Warming up failed; it is tried again when a call needs it.');
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    const voices = await Promise.allSettled(this.#voices.values());
    await Promise.all(voices.map((result) => (result.status === 'fulfilled' ? result.value.close() : undefined)));
    await (await this.#local)?.close();
    await Promise.all([this.#faces.close(), this.cameras.close()]);
  }

  /** One pair of ears and one mouth, whoever answers. */
  #localVoice(): Promise<LocalVoice> {
    this.#local ??= createLocalVoice({
      clock: this.clock,
      logger: this.#logger,
      speechOf: this.#speechOf,
      ...(this.#ears !== undefined && { ears: this.#ears }),
    });
    this.#local.catch(() => {
      this.#local = null;
    });
    return this.#local;
  }
}

function earsOf({ models }: WorkerOptions, asked: AskedModels, logger: Logger): LocalEars | undefined {
  const name = models?.ears ?? null;
  if (name === null) return undefined;
  const recogniser = modelRecogniser((...sound) => asked.words(...sound), logger);
  return { recogniser, title: `${name} (a model of this machine)` };
}

function brainOf({ models }: WorkerOptions, asked: AskedModels): MachineBrain | null {
  const name = models?.brain ?? null;
  return name === null ? null : { name, think: (...question) => asked.think(...question) };
}

function encodeLoop(
  face: Face,
  codec: 'vp8' | 'h264',
  inTurn: NonNullable<IdleLoopOptions['inTurn']>,
): Promise<EncodedLoop> {
  return openIdleLoop({
    codec,
    widthPx: face.widthPx,
    heightPx: face.heightPx,
    bitrateKbps: IDLE_BITRATE_KBPS,
    frameCount: face.loopFrameCount,
    jointEvery: IDLE_JOINT_EVERY_FRAMES,
    renderFrame: (index, out) => face.renderIdle(index, out),
    inTurn,
  });
}

/** Without the network the mouth follows the spectrum of the sound, which is coarser but works. */
async function loadNetworkOrNone(logger: Logger): Promise<ArticulationNetwork | null> {
  try {
    return await loadArticulationNetwork();
  } catch (error) {
    logger.warn({ error: errorMessage(error) }, 'The articulation network could not be loaded.');
    return null;
  }
}

/** One promise per key; a failed one is forgotten, so that the next caller tries again. */
function remember<Value>(cache: Map<string, Promise<Value>>, key: string, make: () => Promise<Value>): Promise<Value> {
  const known = cache.get(key);
  if (known !== undefined) return known;
  const made = make();
  cache.set(key, made);
  made.catch(() => cache.delete(key));
  return made;
}

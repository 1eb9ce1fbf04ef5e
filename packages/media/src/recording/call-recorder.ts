import { statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { AUDIO_FRAME_MS } from '../core/audio-format.ts';
import { closeAll } from '../core/close-all.ts';
import { errorMessage } from '../core/error-message.ts';
import {
  type OpenRecording,
  type RecordedCodec,
  type RecordedPicture,
  RecordingFile,
  recordingExtension,
} from './recording-file.ts';
import { SoundMix } from './sound-mix.ts';

export type RecordingLimits = {
  /** A film is ended when it has grown to this size. */
  readonly maxBytes: number;
  /** It is ended, too, when less than this is free on its disk. */
  readonly minFreeBytes: number;
};

/** The free space is asked for each time that so much has been written. */
const LOOK_EVERY_BYTES = 1_000_000;
/**
 * Silence written with one frame of sound: 10 s of it, or this share of what is missing. After an hour's stall it is made up for
 * within four seconds, half a millisecond at a time.
 */
const SILENCES_AT_ONCE = 500;
const SHARE_AT_ONCE = 1 / 50;

type SoundEncoder = { encode(pcm48k: Int16Array): Uint8Array; close(): void };

/** What a recorder needs ready before its call begins. */
export type RecorderParts = Pick<CallRecorderOptions, 'soundEncoder' | 'openFile'>;

export async function openRecorderParts(openEncoder: () => Promise<SoundEncoder>): Promise<RecorderParts> {
  return { openFile: await RecordingFile.prepare(), soundEncoder: await openEncoder() };
}

export type CallRecorderOptions = {
  /** Path of the film without its extension. */
  readonly pathStem: string;
  readonly widthPx: number;
  readonly heightPx: number;
  /** Left out: it may grow until the disk is full. */
  readonly limits?: RecordingLimits;
  /** From `RecordingFile.prepare`. */
  readonly openFile: OpenRecording;
  /** Makes one Opus packet of 960 samples, mono, 48 kHz. */
  readonly soundEncoder: SoundEncoder;
  /** A packet of 20 ms in which nothing is heard. */
  readonly silence: Uint8Array;
  /** Told once; the recording then stops and the call goes on. */
  onFailure(message: string): void;
};

/**
 * Records a call as it is sent: the avatar's pictures as they are coded, and both voices mixed. The film is as long as the
 * call: its times count from the call's beginning, the first key frame stands there until the second picture, and what has no
 * sound is silence. Every method is cheap enough for the call's own thread.
 */
export class CallRecorder {
  readonly #options: CallRecorderOptions;
  readonly #mix: SoundMix;
  #codec: RecordedCodec = 'vp8';
  #file: RecordingFile | null = null;
  /** Where the sound written so far ends. */
  #soundEndMs = 0;
  /** Sound that waits for the silence before it, in order. */
  readonly #waiting: { readonly packet: Uint8Array; readonly atMs: number }[] = [];
  #bytes = 0;
  #lookAtBytes = LOOK_EVERY_BYTES;
  #hasFailed = false;
  #isClosed = false;

  constructor(options: CallRecorderOptions) {
    this.#options = options;
    this.#mix = new SoundMix((pcm, callTimeMs) => this.#takeSound(pcm, callTimeMs));
  }

  /** What the pictures are coded with, known before the first of them. */
  setCodec(codec: RecordedCodec): void {
    this.#codec = codec;
  }

  /** @param callTimeMs since the call began; whole milliseconds that never go back. */
  addPicture(picture: RecordedPicture, callTimeMs: number): void {
    this.#guard(() => {
      if (this.#file === null) {
        if (!picture.isKeyFrame) return;
        const { pathStem, widthPx, heightPx } = this.#options;
        const path = `${pathStem}.${recordingExtension(this.#codec)}`;
        this.#file = this.#options.openFile({ path, codec: this.#codec, widthPx, heightPx }, picture);
        this.#file.writePicture(picture, 0);
      } else this.#file.writePicture(picture, callTimeMs);
      this.#count(picture.data.byteLength);
    });
  }

  /** Every 20 ms; null in silence. */
  addAvatarSound(pcm48k: Int16Array | null, callTimeMs: number): void {
    this.#guard(() => this.#mix.addAvatarFrame(pcm48k, callTimeMs));
  }

  /** PCM16 mono 24 kHz as it arrives. */
  addUserSound(pcm24k: Int16Array): void {
    this.#guard(() => this.#mix.addUserSound(pcm24k));
  }

  /** Completes the film. Throws when its file, or the encoder, cannot be closed; both are tried. */
  close(): void {
    if (this.#isClosed) return;
    this.#guard(() => {
      this.#mix.flush();
      this.#writeWaiting(Number.POSITIVE_INFINITY);
    });
    this.#isClosed = true;
    closeAll(this.#file, this.#options.soundEncoder);
  }

  #takeSound(pcm: Int16Array, atMs: number): void {
    if (this.#file === null) return;
    this.#waiting.push({ packet: this.#options.soundEncoder.encode(pcm), atMs });
    this.#writeWaiting(SILENCES_AT_ONCE);
  }

  /**
   * Before the first sound, and where the call's clock stood still, there is silence: players close up the gaps that a film's sound
   * has. A long one is written in parts, and what comes after it waits.
   */
  #writeWaiting(silencesAtOnce: number): void {
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      const missing = Math.max(0, Math.floor((next.atMs - this.#soundEndMs) / AUDIO_FRAME_MS));
      const now = Math.min(missing, Math.max(silencesAtOnce, Math.ceil(missing * SHARE_AT_ONCE)));
      for (let left = missing; left > missing - now; left -= 1) {
        this.#writeSound(this.#options.silence, next.atMs - left * AUDIO_FRAME_MS);
      }
      if (now < missing) return;
      this.#waiting.shift();
      this.#writeSound(next.packet, next.atMs);
    }
  }

  #writeSound(packet: Uint8Array, atMs: number): void {
    this.#file?.writeSound(packet, atMs);
    this.#soundEndMs = atMs + AUDIO_FRAME_MS;
    this.#count(packet.byteLength);
  }

  /** Throws when the film has become too large, or the disk too full. What is there so far stays a film. */
  #count(bytes: number): void {
    const { limits, pathStem } = this.#options;
    this.#bytes += bytes;
    if (limits === undefined) return;
    if (this.#bytes > limits.maxBytes)
      throw new Error(`The film has grown to ${limits.maxBytes} bytes, all that it may take.`);
    if (this.#bytes < this.#lookAtBytes) return;
    this.#lookAtBytes = this.#bytes + LOOK_EVERY_BYTES;
    const { bavail, bsize } = statfsSync(dirname(pathStem));
    if (bavail * bsize < limits.minFreeBytes) throw new Error('The disk is nearly full.');
  }

  /** A full disk ends the recording, never the call. */
  #guard(step: () => void): void {
    if (this.#isClosed || this.#hasFailed) return;
    try {
      step();
    } catch (error) {
      this.#hasFailed = true;
      this.#options.onFailure(errorMessage(error));
    }
  }
}

import { fileOnDisk } from '../codecs/film-module.ts';
import { FilmPackets } from '../codecs/film-packets.ts';
import { opusTrack } from '../codecs/opus-encoder.ts';
import { AUDIO_FRAME_MS } from '../core/audio-format.ts';

export type RecordedCodec = 'vp8' | 'h264';
/** A VP8 frame, or an H.264 access unit in Annex B form with its parameter sets at key frames. */
export type RecordedPicture = { readonly data: Uint8Array; readonly isKeyFrame: boolean };

export type RecordingFileOptions = {
  readonly path: string;
  readonly codec: RecordedCodec;
  readonly widthPx: number;
  readonly heightPx: number;
};

/** WebM plays in every browser with VP8; H.264 goes into an MP4 of fragments, which is readable when the end is missing. */
const CONTAINERS: Readonly<Record<RecordedCodec, 'webm' | 'mp4'>> = { vp8: 'webm', h264: 'mp4' };
const VIDEO_TICKS_PER_SECOND = 1000;

export function recordingExtension(codec: RecordedCodec): string {
  return CONTAINERS[codec];
}

/** Opens a film; throws when the file cannot be written. */
export type OpenRecording = (options: RecordingFileOptions, firstPicture: RecordedPicture) => RecordingFile;

/** A film of packets that are already coded. The first picture is a key frame. */
export class RecordingFile {
  readonly #film: FilmPackets;
  readonly #pictures: number;
  readonly #sound: number;
  #isClosed = false;

  /** What takes time is done here, so that a call can open its film between two pictures. */
  static async prepare(): Promise<OpenRecording> {
    const open = await FilmPackets.prepare();
    return (options, firstPicture) => {
      const film = open(fileOnDisk(options.path, 'write'), CONTAINERS[options.codec]);
      try {
        return new RecordingFile(film, options, firstPicture);
      } catch (error) {
        film.close();
        throw error;
      }
    };
  }

  private constructor(film: FilmPackets, options: RecordingFileOptions, firstPicture: RecordedPicture) {
    const { codec, widthPx, heightPx } = options;
    this.#film = film;
    const picture = { codec, widthPx, heightPx, ticksPerSecond: VIDEO_TICKS_PER_SECOND };
    // The parameter sets stand at the head of the first key frame; the container takes them from there.
    this.#pictures = film.addPictures(codec === 'h264' ? { ...picture, head: firstPicture.data } : picture);
    this.#sound = film.addOpus(opusTrack());
    film.begin(codec === 'h264' ? { movflags: '+empty_moov+default_base_moof', frag_duration: '2000000' } : {});
  }

  writePicture({ data, isKeyFrame }: RecordedPicture, atMs: number): void {
    this.#write(this.#pictures, data, atMs, 0, isKeyFrame);
  }

  /** One Opus packet of 20 ms. */
  writeSound(packet: Uint8Array, atMs: number): void {
    this.#write(this.#sound, packet, atMs, AUDIO_FRAME_MS, true);
  }

  /** Completes the film as far as the disk lets it. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    try {
      this.#film.end();
    } finally {
      this.#film.close();
    }
  }

  #write(track: number, data: Uint8Array, atMs: number, durationMs: number, isKey: boolean): void {
    if (this.#isClosed || data.byteLength === 0) return;
    this.#film.writePacket(track, data, atMs, durationMs, isKey);
  }
}

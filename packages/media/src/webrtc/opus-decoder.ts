import { OpusDecoder as WasmDecoder } from 'opus-decoder';

const SAMPLE_RATE_HZ = 24_000;

/** Opus as PCM16, mono, 24 kHz. */
export class OpusDecoder {
  readonly #decoder: WasmDecoder<typeof SAMPLE_RATE_HZ>;
  #isClosed = false;

  private constructor(decoder: WasmDecoder<typeof SAMPLE_RATE_HZ>) {
    this.#decoder = decoder;
  }

  static async open(): Promise<OpusDecoder> {
    const decoder = new WasmDecoder({
      sampleRate: SAMPLE_RATE_HZ,
      channels: 1,
      streamCount: 1,
      coupledStreamCount: 0,
      channelMappingTable: [0],
      preSkip: 0,
    });
    await decoder.ready;
    return new OpusDecoder(decoder);
  }

  /** Null: it is no packet of Opus. */
  decode(packet: Uint8Array): Int16Array | null {
    if (this.#isClosed) return null;
    const { channelData, samplesDecoded, errors } = this.#decoder.decodeFrame(packet);
    const [samples] = channelData;
    if (errors.length > 0 || samples === undefined || samplesDecoded === 0) return null;
    return Int16Array.from(samples.subarray(0, samplesDecoded), (sample) =>
      Math.max(-32_768, Math.min(32_767, Math.round(sample * 32_768))),
    );
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#decoder.free();
  }
}

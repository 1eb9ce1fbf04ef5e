const BYTES_PER_SAMPLE = 2;

/** PCM16 of bytes whose parts end anywhere. */
export class PcmBytes {
  #rest = Buffer.alloc(0);

  /** The samples that are whole by now; null: none. */
  take(part: Uint8Array): Int16Array<ArrayBuffer> | null {
    const bytes = Buffer.concat([this.#rest, part]);
    const whole = bytes.length - (bytes.length % BYTES_PER_SAMPLE);
    this.#rest = bytes.subarray(whole);
    if (whole === 0) return null;
    const pcm = new Int16Array(whole / BYTES_PER_SAMPLE);
    for (let index = 0; index < pcm.length; index += 1) pcm[index] = bytes.readInt16LE(index * BYTES_PER_SAMPLE);
    return pcm;
  }
}

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

/** The whole samples of PCM16 in base64, as one message of a service has them; null: none. */
export function pcmOfBase64(data: string): Int16Array<ArrayBuffer> | null {
  const bytes = Buffer.from(data, 'base64');
  const length = Math.floor(bytes.length / BYTES_PER_SAMPLE);
  if (length === 0) return null;
  const pcm = new Int16Array(length);
  Buffer.from(pcm.buffer).set(bytes.subarray(0, length * BYTES_PER_SAMPLE));
  return pcm;
}

export function base64OfPcm(pcm: Int16Array): string {
  return Buffer.from(pcm.buffer, pcm.byteOffset, pcm.byteLength).toString('base64');
}

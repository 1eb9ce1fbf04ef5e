import { PcmBytes } from './pcm-bytes.ts';
import type { Spoken } from './speaking-service.ts';

/** An answer that is PCM16 mono at 24 kHz and nothing else. */
export async function* readSound(parts: AsyncIterable<Uint8Array>): AsyncGenerator<Spoken> {
  const bytes = new PcmBytes();
  for await (const part of parts) {
    const pcm = bytes.take(part);
    if (pcm !== null) yield { kind: 'sound', pcm };
  }
}

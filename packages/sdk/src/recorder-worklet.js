// Runs on the audio thread: it only gathers samples; all arithmetic happens on the page, where it is tested.

const blockFrames = 480;

class VisavisRecorder extends AudioWorkletProcessor {
  #block = new Float32Array(blockFrames);
  #filled = 0;

  process([input]) {
    const samples = input?.[0];
    if (samples === undefined) return true;
    let offset = 0;
    while (offset < samples.length) {
      const take = Math.min(samples.length - offset, blockFrames - this.#filled);
      this.#block.set(samples.subarray(offset, offset + take), this.#filled);
      this.#filled += take;
      offset += take;
      if (this.#filled === blockFrames) {
        this.port.postMessage(this.#block.slice());
        this.#filled = 0;
      }
    }
    return true;
  }
}

registerProcessor('visavis-recorder', VisavisRecorder);

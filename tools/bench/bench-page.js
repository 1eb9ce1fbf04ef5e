// Runs inside a page, next to the call: a microphone that sends in small steps as an up-to-date client does, the loudness
// of what comes back, and pictures of chosen stretches of time. All times are `performance.now()`.
(() => {
  const WINDOW_MS = 5;
  const SIDE_PX = 192;
  const CHUNK_SAMPLES = 480;
  const worklet = `registerProcessor('bench-tap', class extends AudioWorkletProcessor {
    constructor() { super(); this.kept = []; }
    process(inputs) {
      const channel = inputs[0][0];
      if (!channel) return true;
      for (const sample of channel) this.kept.push(sample);
      const size = sampleRate / 50;
      while (this.kept.length >= size) {
        const samples = Float32Array.from(this.kept.splice(0, size));
        const endMs = (currentTime + (channel.length - this.kept.length) / sampleRate) * 1000;
        this.port.postMessage({ samples, endMs }, [samples.buffer]);
      }
      return true;
    }
  })`;

  /** Loudness in windows of 5 ms. The graph's clock is tied to the page's by the message that came with least delay. */
  class Tap {
    windows = [];
    #offsetMs = Number.POSITIVE_INFINITY;

    async open(stream, rate, onChunk) {
      this.context = new AudioContext({ sampleRate: rate, latencyHint: 'interactive' });
      const url = URL.createObjectURL(new Blob([worklet], { type: 'text/javascript' }));
      await this.context.audioWorklet.addModule(url);
      const node = new AudioWorkletNode(this.context, 'bench-tap');
      node.port.onmessage = ({ data: { samples, endMs } }) => {
        this.#offsetMs = Math.min(this.#offsetMs, performance.now() - endMs);
        const step = (rate * WINDOW_MS) / 1000;
        for (let start = 0; start < samples.length; start += step) {
          let sum = 0;
          for (let index = start; index < start + step; index += 1) sum += samples[index] ** 2;
          const atMs = endMs - ((samples.length - start) * 1000) / rate;
          this.windows.push([atMs, Math.sqrt(sum / step)]);
        }
        onChunk?.(samples);
      };
      await this.context.resume();
      this.context.createMediaStreamSource(stream).connect(node);
    }

    read() {
      return this.windows.map(([atMs, rms]) => [atMs + this.#offsetMs, rms]);
    }
  }

  const microphone = new Tap();
  const heard = new Tap();
  const frames = [];
  let stretches = [];

  function encode(samples) {
    const bytes = new Uint8Array(Int16Array.from(samples, (s) => Math.max(-1, Math.min(1, s)) * 32767).buffer);
    let binary = '';
    for (const byte of bytes) binary += String.fromCharCode(byte);
    return btoa(binary);
  }

  function watch(video) {
    const canvas = new OffscreenCanvas(SIDE_PX, SIDE_PX);
    const surface = canvas.getContext('2d', { willReadFrequently: true });
    const onFrame = (nowMs, { presentationTime }) => {
      if (stretches.some(([fromMs, toMs]) => nowMs >= fromMs && nowMs <= toMs)) {
        surface.drawImage(video, 0, 0, SIDE_PX, SIDE_PX);
        frames.push({ atMs: presentationTime, rgba: surface.getImageData(0, 0, SIDE_PX, SIDE_PX).data });
      }
      video.requestVideoFrameCallback(onFrame);
    };
    video.requestVideoFrameCallback(onFrame);
  }

  globalThis.bench = {
    sidePx: SIDE_PX,
    frames,
    /** Starts to listen to and to look at what the call's <video> gets. */
    async observe() {
      const video = document.querySelector('video');
      watch(video);
      await heard.open(video.srcObject, 48000);
    },
    /** Opens the microphone without the browser's processing, so that what is captured is what the file holds. */
    async openMicrophone() {
      const plain = { echoCancellation: false, noiseSuppression: false, autoGainControl: false };
      const stream = await navigator.mediaDevices.getUserMedia({ audio: plain });
      await microphone.open(stream, 24000, (samples) => {
        if (samples.length !== CHUNK_SAMPLES) throw new Error('A microphone chunk is 20 ms.');
        globalThis.navtalk.send({ type: 'realtime.input_audio_buffer.append', data: { audio: encode(samples) } });
      });
    },
    /** Pictures are kept in these stretches only: [from, to] in milliseconds. */
    keepFrames(wanted) {
      stretches = wanted;
    },
    captured: () => microphone.read(),
    heard: () => heard.read(),
    /** First captured window above this loudness, or null. */
    firstCaptured: (rms) => microphone.read().find((window) => window[1] > rms)?.[0] ?? null,
    frame(index) {
      let binary = '';
      const { rgba } = frames[index];
      for (let start = 0; start < rgba.length; start += 32768) {
        binary += String.fromCharCode(...rgba.subarray(start, start + 32768));
      }
      return btoa(binary);
    },
  };
})();

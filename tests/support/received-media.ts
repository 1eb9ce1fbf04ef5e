import type { Page } from 'playwright-core';

/** What a browser really received of the avatar, on the page's clock (`performance.now()`). */
export type ReceivedMedia = {
  /** Loudness of the remote sound in windows of 10 ms: root mean square, 0 to 1. */
  readonly audio: readonly { readonly atMs: number; readonly rms: number }[];
  /** Decoded pictures, scaled to `sidePx` x `sidePx` RGB. */
  readonly frames: readonly { readonly atMs: number; readonly rgb: Uint8Array }[];
  readonly durationMs: number;
  readonly sidePx: number;
};

const SIDE_PX = 256;

/** Installs the recorder in the page; call once after the call's `<video>` exists. */
async function installRecorder(page: Page): Promise<void> {
  await page.evaluate(`(${recorderSource.toString()})()`);
}

/** Records what the page's first `<video>` receives. `keepEvery` thins the pictures out (2: every second one). */
export async function recordReceived(page: Page, durationMs: number, keepEvery = 1): Promise<ReceivedMedia> {
  await installRecorder(page);
  const summary = (await page.evaluate(
    `globalThis.visavisRecorder.record(${durationMs}, ${keepEvery}, ${SIDE_PX})`,
  )) as { audio: { atMs: number; rms: number }[]; frameTimesMs: number[]; durationMs: number };
  const frames: { atMs: number; rgb: Uint8Array }[] = [];
  for (const [index, atMs] of summary.frameTimesMs.entries()) {
    const encoded = (await page.evaluate(`globalThis.visavisRecorder.frame(${index})`)) as string;
    frames.push({ atMs, rgb: new Uint8Array(Buffer.from(encoded, 'base64')) });
  }
  const { audio, durationMs: measuredMs } = summary;
  return { audio, frames, durationMs: measuredMs, sidePx: SIDE_PX };
}

/** Runs inside the page. */
function recorderSource(): void {
  type Recorder = {
    record(durationMs: number, keepEvery: number, side: number): Promise<unknown>;
    frame(index: number): string;
  };
  const scope = globalThis as unknown as {
    visavisRecorder?: Recorder;
    document: { querySelector(selector: string): unknown };
  };
  if (scope.visavisRecorder !== undefined) return;
  // biome-ignore lint/suspicious/noExplicitAny: this body runs in a page, whose DOM types the tests' project does not load.
  const browser = globalThis as any;
  let kept: Uint8Array[] = [];
  const worklet = `registerProcessor('loudness', class extends AudioWorkletProcessor {
    process(inputs) {
      const channel = inputs[0][0];
      if (channel) {
        for (const sample of channel) {
          this.sum = (this.sum ?? 0) + sample * sample; this.count = (this.count ?? 0) + 1;
          if (this.count === 480) { this.port.postMessage([currentTime, Math.sqrt(this.sum / 480)]); this.sum = 0; this.count = 0; }
        }
      }
      return true;
    }
  })`;
  scope.visavisRecorder = {
    async record(durationMs, keepEvery, side) {
      kept = [];
      const video = browser.document.querySelector('video');
      const context = new browser.AudioContext({ sampleRate: 48000 });
      const moduleUrl = browser.URL.createObjectURL(new browser.Blob([worklet], { type: 'text/javascript' }));
      await context.audioWorklet.addModule(moduleUrl);
      const node = new browser.AudioWorkletNode(context, 'loudness');
      const audio: { atMs: number; rms: number }[] = [];
      await context.resume();
      const offsetMs = performance.now() - context.currentTime * 1000;
      node.port.onmessage = (event: { data: [number, number] }) =>
        audio.push({ atMs: event.data[0] * 1000 + offsetMs, rms: event.data[1] });
      context.createMediaStreamSource(video.srcObject).connect(node);
      const canvas = new browser.OffscreenCanvas(side, side);
      const surface = canvas.getContext('2d', { willReadFrequently: true });
      const frameTimesMs: number[] = [];
      const startedAtMs = performance.now();
      let shownFrames = 0;
      await new Promise<void>((resolve) => {
        const onFrame = (nowMs: number, details: { presentationTime: number }) => {
          shownFrames += 1;
          if (shownFrames % keepEvery === 0) {
            surface.drawImage(video, 0, 0, side, side);
            const rgba = surface.getImageData(0, 0, side, side).data;
            const rgb = new Uint8Array(side * side * 3);
            for (let pixel = 0; pixel < side * side; pixel += 1)
              rgb.set(rgba.subarray(pixel * 4, pixel * 4 + 3), pixel * 3);
            kept.push(rgb);
            frameTimesMs.push(details.presentationTime);
          }
          if (nowMs - startedAtMs < durationMs) video.requestVideoFrameCallback(onFrame);
        };
        video.requestVideoFrameCallback(onFrame);
        setTimeout(resolve, durationMs);
      });
      await context.close();
      return { audio, frameTimesMs, durationMs: performance.now() - startedAtMs };
    },
    frame(index) {
      const rgb = kept[index] ?? new Uint8Array();
      let binary = '';
      for (let start = 0; start < rgb.length; start += 32768) {
        binary += String.fromCharCode(...rgb.subarray(start, start + 32768));
      }
      return browser.btoa(binary);
    },
  };
}

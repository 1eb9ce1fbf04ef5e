import { atMost } from './at-most.ts';
import { type CallProblem, callProblem, microphoneProblem } from './call-problem.ts';
import type { MediaDeviceChoice } from './devices.ts';
import { MicrophoneWatch } from './microphone-watch.ts';
import { type PcmChunk, PcmChunker } from './pcm-chunker.ts';
import { microphoneSampleRateHz } from './wire.ts';

const chunkDurationMs = 40;

const scriptProcessorFrames = 1024;

const resumeLimitMs = 1_000;
/** For the file of the recorder; without it the browser's older way records. */
const recorderLimitMs = 8_000;

export type MicrophoneHandle = {
  readonly device: MediaDeviceChoice;
  /** Idempotent: releases the device and the audio graph. */
  close(): void;
};

export type MicrophoneListener = {
  onChunk(chunk: PcmChunk): void;
  /** True: the device is open, but no sound comes. False: it comes again. */
  onStalled(stalled: boolean): void;
  /** The device went away, or gives nothing any more. The microphone is closed already. */
  onLost(problem: CallProblem): void;
};

export type MicrophoneOptions = {
  /** The microphone to open, from `listDevices`; one that is not there is replaced by the browser's own choice. */
  readonly deviceId?: string;
  /** Address of recorder-worklet.js, for bundles that do not keep it next to the code. */
  readonly workletUrl?: string;
};

/** Opens a microphone. Throws a `MicrophoneError`. */
export type OpenMicrophone = (listener: MicrophoneListener, options: MicrophoneOptions) => Promise<MicrophoneHandle>;

export class MicrophoneError extends Error {
  override readonly name = 'MicrophoneError';
  readonly problem: CallProblem;

  constructor(problem: CallProblem) {
    super(problem.title);
    this.problem = problem;
  }
}

/** As recorder-worklet.js registers itself. */
const recorderName = 'visavis-recorder';

/**
 * The browser's microphone with echo cancellation, noise suppression and gain control, as 40 ms chunks of PCM16 mono
 * at 24 kHz.
 */
export const openBrowserMicrophone: OpenMicrophone = async (listener, options) => {
  const stream = await openDevice(options.deviceId);
  const release = () => {
    for (const track of stream.getTracks()) track.stop();
  };
  try {
    let watch: MicrophoneWatch | null = null;
    const onChunk = (chunk: PcmChunk) => {
      watch?.noteChunk();
      listener.onChunk(chunk);
    };
    const graph = await buildGraph(stream, onChunk, options.workletUrl);
    let closed = false;
    const close = () => {
      if (closed) return;
      closed = true;
      watch?.close();
      release();
      graph.close();
    };
    const [track] = stream.getAudioTracks();
    if (track !== undefined) {
      watch = new MicrophoneWatch({
        context: graph.context,
        track,
        onStalled: (stalled) => listener.onStalled(stalled),
        onDead: () => {
          close();
          listener.onLost(callProblem('microphone-lost'));
        },
      });
    }
    const device = { deviceId: track?.getSettings().deviceId ?? '', label: track?.label ?? '' };
    return { device, close };
  } catch (error) {
    release();
    throw error instanceof MicrophoneError ? error : new MicrophoneError(microphoneProblem(error));
  }
};

async function openDevice(deviceId: string | undefined): Promise<MediaStream> {
  if (!globalThis.isSecureContext) throw new MicrophoneError(callProblem('insecure-page'));
  if (!navigator.mediaDevices?.getUserMedia) throw new MicrophoneError(callProblem('microphone-unsupported'));
  try {
    return await navigator.mediaDevices.getUserMedia({
      audio: {
        channelCount: 1,
        echoCancellation: true,
        noiseSuppression: true,
        autoGainControl: true,
        ...(deviceId ? { deviceId: { exact: deviceId } } : {}),
      },
    });
  } catch (error) {
    throw new MicrophoneError(microphoneProblem(error));
  }
}

async function buildGraph(
  stream: MediaStream,
  onChunk: (chunk: PcmChunk) => void,
  workletUrl: string | undefined,
): Promise<{ readonly context: AudioContext; close(): void }> {
  const { context, source } = connectSource(stream);
  const chunker = new PcmChunker({
    inputRateHz: context.sampleRate,
    outputRateHz: microphoneSampleRateHz,
    chunkDurationMs,
    onChunk,
  });
  try {
    // Where a gesture is wanted first this stays open; the watch then says that no sound comes.
    await atMost(context.resume(), resumeLimitMs);
    const disconnect = await connectRecorder(context, source, workletUrl, (samples) => chunker.push(samples));
    return {
      context,
      close() {
        disconnect();
        source.disconnect();
        void context.close();
      },
    };
  } catch (error) {
    void context.close();
    throw error;
  }
}

/** Some browsers refuse a source whose device runs at another rate than the context: the page then converts. */
function connectSource(stream: MediaStream): { context: AudioContext; source: MediaStreamAudioSourceNode } {
  const context = new AudioContext({ sampleRate: microphoneSampleRateHz, latencyHint: 'interactive' });
  try {
    return { context, source: context.createMediaStreamSource(stream) };
  } catch {
    void context.close();
    const native = new AudioContext({ latencyHint: 'interactive' });
    return { context: native, source: native.createMediaStreamSource(stream) };
  }
}

async function connectRecorder(
  context: AudioContext,
  source: MediaStreamAudioSourceNode,
  workletUrl: string | undefined,
  onSamples: (samples: Float32Array) => void,
): Promise<() => void> {
  if (context.audioWorklet && (await loadRecorder(context, workletUrl))) {
    const node = new AudioWorkletNode(context, recorderName, { numberOfInputs: 1, numberOfOutputs: 1 });
    node.port.onmessage = (event: MessageEvent<Float32Array>) => onSamples(event.data);
    source.connect(node);
    // Connected so that every browser keeps it running; the recorder writes nothing, so nothing is heard.
    node.connect(context.destination);
    return () => {
      node.port.onmessage = null;
      node.disconnect();
    };
  }
  const node = context.createScriptProcessor(scriptProcessorFrames, 1, 1);
  node.onaudioprocess = (event) => onSamples(event.inputBuffer.getChannelData(0).slice());
  source.connect(node);
  // A script processor runs only while it is connected to an output; it writes nothing there, so nothing is heard.
  node.connect(context.destination);
  return () => {
    node.onaudioprocess = null;
    node.disconnect();
  };
}

/** The recorder is a file, not text, so that it loads under `script-src 'self'` as well. */
async function loadRecorder(context: AudioContext, workletUrl: string | undefined): Promise<boolean> {
  try {
    const url = workletUrl ?? new URL('./recorder-worklet.js', import.meta.url).href;
    return await atMost(
      context.audioWorklet.addModule(url).then(() => true),
      recorderLimitMs,
    );
  } catch {
    return false;
  }
}

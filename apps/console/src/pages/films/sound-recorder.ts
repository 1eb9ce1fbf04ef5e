export type RecorderFault = 'denied' | 'missing' | 'unsupported';

/** What a browser records in, the best first: the server reads all of them. */
const TYPES = ['audio/webm;codecs=opus', 'audio/mp4', 'audio/ogg;codecs=opus'];

export class RecorderError extends Error {
  readonly fault: RecorderFault;

  constructor(fault: RecorderFault) {
    super(`The microphone cannot be recorded: ${fault}.`);
    this.fault = fault;
  }
}

export type SoundRecording = {
  /** Root mean square of the last moment, 0 to 1. */
  level(): number;
  /** The microphone is let go. */
  stop(): Promise<Blob>;
  /** Nothing is kept. Idempotent. */
  cancel(): void;
};

/** Records the microphone until it is stopped. Throws `RecorderError`. */
export async function recordSound(): Promise<SoundRecording> {
  const type =
    typeof MediaRecorder === 'undefined' ? undefined : TYPES.find((one) => MediaRecorder.isTypeSupported(one));
  if (type === undefined || globalThis.navigator.mediaDevices === undefined) throw new RecorderError('unsupported');
  const stream = await globalThis.navigator.mediaDevices.getUserMedia({ audio: true }).catch((error: unknown) => {
    throw new RecorderError(error instanceof Error && error.name === 'NotFoundError' ? 'missing' : 'denied');
  });
  try {
    return recordingOf(stream, type);
  } catch (error) {
    for (const track of stream.getTracks()) track.stop();
    throw error;
  }
}

function recordingOf(stream: MediaStream, type: string): SoundRecording {
  const context = new AudioContext();
  const analyser = new AnalyserNode(context, { fftSize: 1024 });
  context.createMediaStreamSource(stream).connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  const recorder = new MediaRecorder(stream, { mimeType: type });
  const parts: Blob[] = [];
  recorder.ondataavailable = ({ data }) => parts.push(data);
  const over = new Promise<void>((resolve) => {
    recorder.onstop = () => resolve();
  });
  recorder.start();
  const release = () => {
    if (recorder.state !== 'inactive') recorder.stop();
    for (const track of stream.getTracks()) track.stop();
    if (context.state !== 'closed') void context.close();
  };
  return {
    level() {
      analyser.getFloatTimeDomainData(samples);
      return Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length);
    },
    async stop() {
      release();
      await over;
      return new Blob(parts, { type });
    },
    cancel: release,
  };
}

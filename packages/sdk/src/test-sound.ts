import { SpeakerChoice } from './speaker-choice.ts';

/** Two notes of a friendly doorbell: frequency in Hz, and when it begins in seconds. */
const notes = [
  { frequencyHz: 659.25, atS: 0 },
  { frequencyHz: 523.25, atS: 0.35 },
] as const;
const noteDurationS = 0.6;
const loudness = 0.25;

/**
 * Plays a short chime on this speaker, or on the system's own one, so that a person hears whether sound arrives. Call from a click.
 * Resolves when it has been played; rejects when the browser plays nothing.
 */
export async function playTestSound({ speakerId = null }: { readonly speakerId?: string | null } = {}): Promise<void> {
  const context = new AudioContext();
  const player = new Audio();
  const speaker = new SpeakerChoice();
  try {
    const outlet = context.createMediaStreamDestination();
    player.srcObject = outlet.stream;
    speaker.follow(player);
    await speaker.choose(speakerId);
    await Promise.all([player.play(), context.resume()]);
    await Promise.all(notes.map((note) => ring(context, outlet, note)));
  } finally {
    speaker.close();
    player.srcObject = null;
    await context.close();
  }
}

function ring(
  context: AudioContext,
  outlet: AudioNode,
  { frequencyHz, atS }: { readonly frequencyHz: number; readonly atS: number },
): Promise<void> {
  const startS = context.currentTime + 0.05 + atS;
  const tone = context.createOscillator();
  tone.frequency.value = frequencyHz;
  const volume = context.createGain();
  volume.gain.setValueAtTime(0, startS);
  volume.gain.linearRampToValueAtTime(loudness, startS + 0.02);
  volume.gain.exponentialRampToValueAtTime(0.001, startS + noteDurationS);
  tone.connect(volume).connect(outlet);
  tone.start(startS);
  tone.stop(startS + noteDurationS);
  return new Promise((resolve) => {
    tone.onended = () => resolve();
  });
}

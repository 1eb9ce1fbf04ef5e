import type { SpeechModel } from '../../packages/media/src/turn-detection/speech-model.ts';
import { type EchoPath, EchoRoom } from './echo-room.ts';
import { joined, meanPower, RATE_HZ, type Utterance } from './turn-detection-material.ts';

/** How long the user listens before he speaks over a reply. */
const LISTENING_MS = 3000;

export const ECHO_LEVELS_DB = [-12, -20, -30, -40];
export const ECHO_DELAYS_MS = [0, 100, 250, 400];

export type EchoResult = {
  /** Turns that began though nobody spoke. */
  selfInterruptions: number;
  /** Seconds of the avatar's speech that came back. */
  echoSeconds: number;
};

export type OverResult = { spokenOver: number; noticed: number; delaysMs: number[]; selfInterruptions: number };

function reply(utterances: readonly Utterance[]): Float32Array {
  const pause = new Float32Array(RATE_HZ * 0.25);
  const parts = utterances.flatMap(({ samples, start, end }) => [samples.subarray(start, end), pause]);
  return joined(parts);
}

async function userTakesTurns(room: EchoRoom, utterances: readonly Utterance[]): Promise<void> {
  for (const { samples } of utterances) {
    await room.silence(700);
    await room.run(null, samples);
    await room.silence(1000);
  }
}

/** The avatar speaks in replies of three sentences and nobody answers, before or after the user's first turns. */
export async function hearEcho(
  model: SpeechModel,
  path: EchoPath,
  avatar: readonly Utterance[],
  userBefore: readonly Utterance[],
  byLevelOnly = false,
): Promise<EchoResult> {
  const room = new EchoRoom(model, path, byLevelOnly);
  await userTakesTurns(room, userBefore);
  const turnsBefore = room.turnsAtMs.length;
  let echoSamples = 0;
  for (let k = 0; k < avatar.length; k += 3) {
    const sound = reply(avatar.slice(k, k + 3));
    echoSamples += sound.length;
    await room.run(sound, null);
    await room.silence(1500);
  }
  room.close();
  return { selfInterruptions: room.turnsAtMs.length - turnsBefore, echoSeconds: echoSamples / RATE_HZ };
}

/** Speech from the first moment on: no click or breath long before it, which would count as its beginning. */
export function beginsSteadily({ samples, start }: Utterance): boolean {
  let loudSteps = 0;
  for (let step = 0; step < 40; step++) {
    const from = start + step * (RATE_HZ / 100);
    if (meanPower(samples.subarray(from, from + RATE_HZ / 100)) > 10 ** (-45 / 10)) loudSteps++;
  }
  return loudSteps >= 28;
}

/** The user speaks over every reply, three seconds into it, and the avatar stops when he is noticed. */
export async function speakOver(
  model: SpeechModel,
  path: EchoPath | null,
  avatar: readonly Utterance[],
  user: readonly Utterance[],
  byLevelOnly = false,
): Promise<OverResult> {
  const room = new EchoRoom(model, path, byLevelOnly);
  const result: OverResult = { spokenOver: 0, noticed: 0, delaysMs: [], selfInterruptions: 0 };
  const listened = new Float32Array((LISTENING_MS * RATE_HZ) / 1000);
  for (const [k, utterance] of user.entries()) {
    const sound = reply([0, 1, 2, 3].map((place) => avatar[(4 * k + place) % avatar.length] as Utterance));
    const turnsBefore = room.turnsAtMs.length;
    await room.run(sound.subarray(0, listened.length), null);
    result.selfInterruptions += room.turnsAtMs.length - turnsBefore;
    const voice = utterance.samples;
    const beginsAtMs = room.timeMs + (utterance.start * 1000) / RATE_HZ;
    const turns = room.turnsAtMs.length;
    let noticedAfter = 0;
    await room.run(sound.subarray(listened.length, listened.length + voice.length), voice, () => {
      noticedAfter = room.turnsAtMs.length > turns ? 1 : 0;
      return noticedAfter > 0;
    });
    result.spokenOver++;
    const noticedAtMs = room.turnsAtMs[turns];
    if (noticedAtMs !== undefined && room.userHasTurn) {
      result.noticed++;
      result.delaysMs.push(noticedAtMs - beginsAtMs);
      // He goes on to his end, and the avatar is silent.
      const spoken = Math.round(((noticedAtMs - beginsAtMs) * RATE_HZ) / 1000) + utterance.start;
      await room.run(null, voice.subarray(Math.max(0, spoken)));
    }
    await room.silence(2000);
  }
  room.close();
  return result;
}

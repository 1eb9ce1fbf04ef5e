import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { fileOnDisk } from '../codecs/film-module.ts';
import { FilmReader } from '../codecs/film-reader.ts';
import { OPUS_FRAME_SAMPLES, OpusEncoder, opusSilencePacket } from '../codecs/opus-encoder.ts';
import { createPicture } from '../core/picture.ts';
import { drawMovingPicture } from '../webrtc/testing/moving-picture.ts';
import { VideoEncoder } from '../webrtc/video-encoder.ts';
import { CallRecorder, type RecordingLimits } from './call-recorder.ts';
import { RecordingFile } from './recording-file.ts';
import { SoundMix } from './sound-mix.ts';

const SIDE_PX = 256;
const SECONDS = 4;
const CONTAINERS = ['mov', 'matroska'];
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'visavis-recording-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function record(
  codec: 'vp8' | 'h264',
  pathStem: string,
  onFailure = (_message: string) => {},
  limits?: RecordingLimits,
  callTimeOf: (mediaTimeMs: number) => number = (mediaTimeMs) => mediaTimeMs,
): Promise<void> {
  const soundEncoder = await OpusEncoder.open();
  const encoder = await VideoEncoder.open({ codec, widthPx: SIDE_PX, heightPx: SIDE_PX, bitrateKbps: 500 });
  const recorder = new CallRecorder({
    pathStem,
    widthPx: SIDE_PX,
    heightPx: SIDE_PX,
    soundEncoder,
    silence: await opusSilencePacket(),
    openFile: await RecordingFile.prepare(),
    onFailure,
    ...(limits && { limits }),
  });
  recorder.setCodec(codec);
  const picture = createPicture(SIDE_PX, SIDE_PX);
  const tone = Int16Array.from({ length: OPUS_FRAME_SAMPLES }, (_, k) => 8000 * Math.sin(k / 10));
  for (let atMs = 0; atMs < SECONDS * 1000; atMs += 20) {
    recorder.addAvatarSound(atMs % 1000 < 500 ? tone : null, callTimeOf(atMs));
    if (atMs % 340 === 0) recorder.addUserSound(new Int16Array(8160).fill(500));
    if (atMs % 40 !== 0) continue;
    drawMovingPicture(atMs / 40, picture);
    recorder.addPicture(encoder.encode(picture, atMs, atMs === 0)!, callTimeOf(atMs));
  }
  recorder.close();
  recorder.close();
  encoder.close();
}

test.for([
  ['vp8', 'webm'],
  ['h264', 'mp4'],
] as const)('a call sent as %s becomes a %s film with picture and sound of its length', async ([codec, extension]) => {
  await record(codec, path.join(folder, 'call'));
  const film = await FilmReader.open(fileOnDisk(path.join(folder, `call.${extension}`), 'read'), CONTAINERS);
  const endsMs = new Map<number, number>();
  const counts = new Map<number, number>();
  for (const { stream, atMs } of film.packets()) {
    counts.set(stream, (counts.get(stream) ?? 0) + 1);
    endsMs.set(stream, atMs);
  }
  expect(film.pictures()).toMatchObject({ codec, widthPx: SIDE_PX, heightPx: SIDE_PX });
  expect(film.sound()).toMatchObject({ codec: 'opus' });
  film.close();
  expect([...counts.values()]).toEqual([SECONDS * 25, SECONDS * 50]);
  for (const endMs of endsMs.values()) expect(Math.abs(endMs - (SECONDS * 1000 - 40))).toBeLessThan(60);
});

test.for([
  ['vp8', 'webm'],
  ['h264', 'mp4'],
] as const)(
  'a film (%s) is as long as its call: connecting and standing still are in it, as a picture and silence',
  async ([codec, extension]) => {
    // The media begin 3,127 ms after the call, and its clock stands still for 1,500 ms in the middle.
    const callTimeOf = (mediaTimeMs: number) => 3_127 + mediaTimeMs + (mediaTimeMs < 2_000 ? 0 : 1_500);
    await record(codec, path.join(folder, 'call'), undefined, undefined, callTimeOf);
    const film = await FilmReader.open(fileOnDisk(path.join(folder, `call.${extension}`), 'read'), CONTAINERS);
    const times: number[][] = [[], []];
    for (const { stream, atMs } of film.packets()) times[stream]?.push(atMs);
    film.close();
    const [pictures = [], sound = []] = times;
    const endMs = callTimeOf(SECONDS * 1000);
    expect([pictures[0], Math.round(pictures[1] ?? 0), pictures.length]).toEqual([0, 3_167, SECONDS * 25]);
    expect(Math.abs((pictures.at(-1) ?? 0) - (endMs - 40))).toBeLessThan(60);
    expect(Math.abs((sound.at(-1) ?? 0) - (endMs - 20))).toBeLessThan(60);
    // Less than a packet may be missing where two clocks meet.
    expect(sound.length).toBeGreaterThanOrEqual(Math.floor(endMs / 20) - 2);
    const gapsMs = sound.slice(1).map((atMs, index) => atMs - (sound[index] ?? 0));
    expect(Math.max(...gapsMs)).toBeLessThan(40);
    expect(sound[0]).toBeLessThan(20);
  },
);

test('the silence of an hour that the clock stood still is written in parts, and the film is whole all the same', async () => {
  const open = await RecordingFile.prepare();
  let written = 0;
  const recorder = new CallRecorder({
    pathStem: path.join(folder, 'call'),
    widthPx: SIDE_PX,
    heightPx: SIDE_PX,
    soundEncoder: await OpusEncoder.open(),
    silence: await opusSilencePacket(),
    openFile(options, firstPicture) {
      const file = open(options, firstPicture);
      const writeSound = file.writeSound.bind(file);
      file.writeSound = (packet, atMs) => {
        written += 1;
        writeSound(packet, atMs);
      };
      return file;
    },
    onFailure: (message) => expect.unreachable(message),
  });
  const encoder = await VideoEncoder.open({ codec: 'vp8', widthPx: SIDE_PX, heightPx: SIDE_PX, bitrateKbps: 500 });
  const picture = createPicture(SIDE_PX, SIDE_PX);
  const hourMs = 3_600_000;
  let mostAtOnce = 0;
  for (let atMs = 0; atMs < 10_000; atMs += 20) {
    const callTimeMs = atMs < 1_000 ? atMs : hourMs + atMs;
    const before = written;
    recorder.addAvatarSound(null, callTimeMs);
    mostAtOnce = Math.max(mostAtOnce, written - before);
    if (atMs % 200 === 0) recorder.addPicture(encoder.encode(picture, atMs, atMs === 0)!, callTimeMs);
  }
  encoder.close();
  expect(mostAtOnce).toBeLessThan(4_000);
  const endMs = hourMs + 10_000;
  expect(written).toBeGreaterThan((endMs - 1_100) / 20);
  recorder.close();

  const film = await FilmReader.open(fileOnDisk(path.join(folder, 'call.webm'), 'read'), CONTAINERS);
  const sound: number[] = [];
  for (const { stream, atMs } of film.packets()) if (stream === 1) sound.push(atMs);
  film.close();
  const gapsMs = sound.slice(1).map((atMs, index) => atMs - (sound[index] ?? 0));
  const longestGapMs = gapsMs.reduce((longest, gapMs) => Math.max(longest, gapMs), 0);
  expect([sound.length, longestGapMs < 40]).toEqual([endMs / 20, true]);
});

test('a folder that cannot be written ends the recording, told once, and not the call', async () => {
  const failures: string[] = [];
  await record('vp8', path.join(folder, 'missing', 'call'), (message) => failures.push(message));
  expect(failures).toHaveLength(1);
});

test('a film ends at its limit, told once, and what is there of it can be watched', async () => {
  const failures: string[] = [];
  const limits = { maxBytes: 8000, minFreeBytes: 0 };
  await record('vp8', path.join(folder, 'call'), (message) => failures.push(message), limits);
  expect(failures).toEqual([expect.stringContaining('8000 bytes')]);
  expect((await stat(path.join(folder, 'call.webm'))).size).toBeLessThan(16_000);
  const film = await FilmReader.open(fileOnDisk(path.join(folder, 'call.webm'), 'read'), CONTAINERS);
  const packets = [...film.packets()].length;
  film.close();
  expect(packets).toBeGreaterThan(10);
});

test.for([1, 6])(
  "the user's sound in bursts of %i pieces lies in the mix where it was heard, over the avatar's",
  (pieces) => {
    const mixed: number[] = [];
    const mix = new SoundMix((pcm) => mixed.push(...pcm));
    const avatar = new Int16Array(OPUS_FRAME_SAMPLES).fill(1000);
    const burst = new Int16Array(8160).fill(500);
    for (let atMs = 0; atMs < 1600; atMs += 20) {
      mix.addAvatarFrame(atMs < 700 ? avatar : null, atMs);
      // 340 ms of sound at 700 and at 1,040 ms. Cut in pieces, only the first one tells when it was heard.
      if (atMs !== 680 && atMs !== 1020) continue;
      for (let piece = 0; piece < pieces; piece++) mix.addUserSound(burst.subarray(0, burst.length / pieces));
    }
    mix.flush();
    const level = (ms: number): number => mixed[Math.round(ms * 48)] as number;
    // The start is late by what came with the first piece; nothing is lost.
    const lateMs = 340 - 340 / pieces;
    expect([300, 370 + lateMs, 1030 + lateMs, 1060 + lateMs].map(level)).toEqual([1000, 1500, 500, 0]);
  },
);

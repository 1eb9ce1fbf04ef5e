// Measures what a call costs: encoder alone, talking calls and idle calls in turn, 512x512 at 25 pictures per second.
// node packages/media/src/webrtc/testing/measure.ts [calls=4] [seconds=10] [rounds=3] [codec=vp8]
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { OPUS_FRAME_SAMPLES, OpusEncoder, opusSilencePacket } from '../../codecs/opus-encoder.ts';
import { systemClock } from '../../core/clock.ts';
import { silentLogger } from '../../core/logger.ts';
import { createPicture, type Picture } from '../../core/picture.ts';
import type { VideoCodec } from '../encoded-frame.ts';
import { openIdleLoop } from '../idle-loop.ts';
import { Peer } from '../peer.ts';
import { VideoEncoder } from '../video-encoder.ts';
import { VideoFeed } from '../video-feed.ts';

const [callsText = '4', secondsText = '10', roundsText = '3', codecText = 'vp8'] = process.argv.slice(2);
const callCount = Number(callsText);
const seconds = Number(secondsText);
const roundCount = Number(roundsText);
const codec: VideoCodec = codecText === 'h264' ? 'h264' : 'vp8';
const SIDE_PX = 512;
const KBPS = 700;
const PICTURE_COUNT = 100;

/** A still, softly textured portrait that sways by a pixel, with a mouth that moves. */
function drawTalker(index: number, out: Picture): void {
  const sway = Math.round(Math.sin(index / 12) * 2);
  const mouthHeight = 6 + 18 * Math.abs(Math.sin(index * 0.9));
  for (let y = 0; y < SIDE_PX; y += 1) {
    for (let x = 0; x < SIDE_PX; x += 1) {
      const face = Math.hypot((x - 256 - sway) / 150, (y - 250) / 200) < 1;
      const mouth = Math.hypot((x - 256 - sway) / 45, (y - 350) / mouthHeight) < 1;
      const skin = 150 + 20 * Math.sin((x - sway) / 23) * Math.cos(y / 31) + (((x - sway) * 31 + y * 17) % 7);
      const wall = 70 + 30 * Math.sin(x / 90) + ((x * 13 + y * 7) % 5);
      out.data[y * SIDE_PX + x] = mouth ? 50 + (y % 9) : face ? skin : wall;
    }
  }
  out.data.fill(118, SIDE_PX * SIDE_PX, SIDE_PX * SIDE_PX * 1.25);
  out.data.fill(140, SIDE_PX * SIDE_PX * 1.25);
}

const pictures = Array.from({ length: PICTURE_COUNT }, (_, index) => {
  const picture = createPicture(SIDE_PX, SIDE_PX);
  drawTalker(index, picture);
  return picture;
});
const speech = Int16Array.from({ length: OPUS_FRAME_SAMPLES }, (_, i) => 8000 * Math.sin(i / 30) * Math.sin(i / 3.1));

/** Runs `work(tick)` every `periodMs` for `durationMs` and returns the share of a core that the process used. */
async function coreShare(durationMs: number, jobs: { periodMs: number; work(tick: number): void }[]): Promise<number> {
  const startedAtMs = performance.now();
  const before = process.cpuUsage();
  const run = ({ periodMs, work }: (typeof jobs)[number]) =>
    new Promise<void>((resolve) => {
      let tick = 0;
      const step = () => {
        while (performance.now() - startedAtMs >= tick * periodMs) {
          work(tick);
          tick += 1;
        }
        if (tick * periodMs >= durationMs) resolve();
        else setTimeout(step, Math.max(0, tick * periodMs - (performance.now() - startedAtMs)));
      };
      step();
    });
  await Promise.all(jobs.map(run));
  const used = process.cpuUsage(before);
  return (used.user + used.system) / 1000 / (performance.now() - startedAtMs);
}

class MeasuredCall {
  readonly peer: Peer;
  feed: VideoFeed | null = null;
  audio: OpusEncoder | null = null;
  startedAtMs = 0;
  firstPictureMs: number | null = null;
  tick = 0;

  constructor() {
    this.peer = new Peer({
      iceServers: [],
      logger: silentLogger,
      clock: systemClock,
      bindAddress: '127.0.0.1',
      portRange: { begin: 20_000, end: 20_199 },
      onState: () => {},
      onLocalCandidate: () => {},
      onKeyFrameRequest: () => this.feed?.requestKeyFrame(),
      onTargetBitrate: () => {},
    });
  }
}

async function offer(id: number, call: MeasuredCall): Promise<void> {
  clients.send({ id, offerSdp: (await call.peer.createOffer()).sdp });
}

function acceptOrStartOver(id: number, call: MeasuredCall, answer: { sdp: string }): void {
  try {
    call.peer.acceptAnswer(answer);
  } catch {
    void offer(id, call);
  }
}

const clients: ChildProcess = fork(fileURLToPath(new URL('./measure-clients.ts', import.meta.url)));
const calls: MeasuredCall[] = [];
clients.on('message', (message: { id: number; answer?: { sdp: string }; firstPictureAtMs?: number }) => {
  const call = calls[message.id];
  if (call === undefined) return;
  if (message.answer !== undefined) acceptOrStartOver(message.id, call, message.answer);
  if (message.firstPictureAtMs !== undefined) {
    call.firstPictureMs = message.firstPictureAtMs - performance.timeOrigin - call.startedAtMs;
  }
});

const loop = await openIdleLoop({
  codec,
  widthPx: SIDE_PX,
  heightPx: SIDE_PX,
  bitrateKbps: 500,
  frameCount: PICTURE_COUNT,
  jointEvery: 25,
  renderFrame: (index, out) => out.data.set(pictures[0]?.data ?? [], index * 0),
});
const silence = await opusSilencePacket();
const copy = (index: number, out: Picture) => {
  const picture = pictures[index % PICTURE_COUNT];
  if (picture !== undefined) out.data.set(picture.data);
};
const openEncoder = () => VideoEncoder.open({ codec, widthPx: SIDE_PX, heightPx: SIDE_PX, bitrateKbps: KBPS });
const rssMiB = () => Math.round(process.memoryUsage.rss() / 2 ** 20);
const rssBeforeMiB = rssMiB();

for (let id = 0; id < callCount; id += 1) {
  const call = new MeasuredCall();
  calls.push(call);
  call.startedAtMs = performance.now();
  call.feed = new VideoFeed({
    sink: call.peer,
    loop,
    frameCount: loop.frameCount,
    loopOffset: id * 7,
    openEncoder,
    renderFrame: (index, _mediaTimeMs, out) => copy(index, out),
  });
  call.audio = await OpusEncoder.open();
  await offer(id, call);
  while (call.firstPictureMs === null) {
    call.feed.tick(call.tick++ * 40);
    await new Promise((resolve) => setTimeout(resolve, 40));
  }
}
console.log('first picture, ms:', calls.map((call) => Math.round(call.firstPictureMs ?? -1)).join(' '));

const encoders = await Promise.all(calls.map(openEncoder));
const target = createPicture(SIDE_PX, SIDE_PX);
const results: Record<string, number[]> = { encoder: [], talking: [], idle: [] };
const tickAll = (isLive: boolean) => [
  {
    periodMs: 40,
    work: () => {
      for (const call of calls) {
        call.feed?.setLive(isLive);
        call.feed?.tick(call.tick++ * 40);
      }
    },
  },
  {
    periodMs: 20,
    work: () => {
      for (const call of calls) {
        call.peer.sendAudio(isLive ? (call.audio?.encode(speech) ?? silence) : silence, call.tick * 40);
      }
    },
  },
];
for (let round = 0; round < roundCount; round += 1) {
  const alone = await coreShare(seconds * 1000, [
    {
      periodMs: 40,
      work: (tick) => {
        for (const encoder of encoders) {
          copy(tick, target);
          encoder.encode(target, tick * 40, false);
        }
      },
    },
  ]);
  results.encoder?.push(alone / callCount);
  results.talking?.push((await coreShare(seconds * 1000, tickAll(true))) / callCount);
  await coreShare(1500, tickAll(false));
  results.idle?.push((await coreShare(seconds * 1000, tickAll(false))) / callCount);
}
for (const [name, shares] of Object.entries(results)) {
  console.log(name, shares.map((share) => `${(share * 100).toFixed(2)} %`).join('  '), 'of a core per call');
}
console.log('sent kbit/s while measured:', calls.map((call) => call.peer.stats().estimateKbps).join(' '));
console.log(`resident memory per call: ${((rssMiB() - rssBeforeMiB) / callCount).toFixed(1)} MiB (two encoders each)`);
for (const encoder of encoders) encoder.close();
for (const call of calls) {
  call.feed?.close();
  call.audio?.close();
  call.peer.close();
}
clients.disconnect();

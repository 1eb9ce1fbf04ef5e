// Measures how much faces live: while they talk, and while they wait. The last line is one JSON object.
//   npm run bench:life -- [--seconds 30] [--film talk.mp4 …]
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { MOUTH_AT_REST } from '../../packages/media/src/core/articulation.ts';
import { FRAME_INTERVAL_MS, FRAMES_PER_SECOND } from '../../packages/media/src/core/audio-format.ts';
import { createPicture, type Picture } from '../../packages/media/src/core/picture.ts';
import { Expression } from '../../packages/media/src/expression/expression.ts';
import { type Face, openFace } from '../../packages/media/src/frames/face.ts';
import { loadArticulationNetwork } from '../../packages/media/src/visemes/articulation-network.ts';
import { ArticulationTrack } from '../../packages/media/src/visemes/index.ts';
import { speakTexts } from '../bench/spoken-sample.ts';
import { readPictures } from '../bench-face/film.ts';
import { makeFromClip, makeFromPhoto, PHOTO_CLIPS } from '../bench-face/made-bundles.ts';
import { type FaceSample, LifeMeter } from './life-meter.ts';
import { closestRepeat, type LifeScores, scoreLife } from './life-scores.ts';

const AVATARS = resolve(import.meta.dirname, '../../avatars');
const SIDE_PX = 512;
const TEXT =
  'Hello, it is good to see you. I have looked at your booking, and there are two things that we should talk about. ' +
  'First, the room that you wanted is free from Monday, but only for three nights. Second, breakfast is included, ' +
  'which I think you will like! Would you like me to keep it for you? If you need more time, that is no problem at all. ' +
  'Just tell me when you are ready, and I will take care of the rest. By the way, the weather will be lovely.';
/** What waits is looked at this often, for as long as its life lasts. */
const IDLE_SAMPLES_PER_SECOND = 5;
const IDLE_SECONDS = 120;
const STRETCH_SECONDS = 10;

const { values } = parseArgs({
  options: { seconds: { type: 'string', default: '30' }, film: { type: 'string', multiple: true, default: [] } },
});
const seconds = Number(values.seconds);
if (!(seconds >= 5)) throw new Error('--seconds takes a number from 5 up.');

/** The pictures of an avatar that says the text, as in a call. */
async function* talk(face: Face, pcm: Int16Array): AsyncGenerator<Picture> {
  const track = new ArticulationTrack({ network: await loadArticulationNetwork() });
  track.appendAudio(pcm);
  track.finish();
  const expression = new Expression({ seed: face.manifest.id, language: 'en' });
  expression.appendSound('talk', pcm);
  expression.handle({ type: 'reply-text', turnId: 'talk', text: TEXT, audioStartMs: 0 });
  const performer = face.createPerformer();
  const articulation = { ...MOUTH_AT_REST };
  const picture = createPicture(SIDE_PX, SIDE_PX);
  for (let index = 0; index < seconds * FRAMES_PER_SECOND; index++) {
    const positionMs = index * FRAME_INTERVAL_MS;
    track.sampleAt(positionMs, articulation);
    const pose = expression.advance(positionMs, { turnId: 'talk', positionMs });
    performer.render(index, { articulation, ...pose }, picture);
    yield picture;
  }
}

function* wait(face: Face): Generator<Picture> {
  const picture = createPicture(SIDE_PX, SIDE_PX);
  const step = FRAMES_PER_SECOND / IDLE_SAMPLES_PER_SECOND;
  for (let i = 0; i < IDLE_SECONDS * IDLE_SAMPLES_PER_SECOND; i++) {
    face.renderIdle(i * step, picture);
    yield picture;
  }
}

async function measure(
  meter: LifeMeter,
  pictures: AsyncIterable<Picture> | Iterable<Picture>,
): Promise<(FaceSample | null)[]> {
  meter.restart();
  const samples: (FaceSample | null)[] = [];
  for await (const picture of pictures) samples.push(await meter.sample(picture));
  return samples;
}

type Row = { readonly name: string; readonly talking: LifeScores; readonly repeats: number | null };

function print({ name, talking, repeats }: Row): void {
  const percent = (value: number): string => `${(100 * value).toFixed(1)} %`;
  const degrees = (value: number): string => `${value.toFixed(1)}°`;
  const cells = [
    name,
    percent(talking.travelX),
    percent(talking.travelY),
    degrees(talking.yaw),
    degrees(talking.pitch),
    degrees(talking.roll),
    talking.brows.toFixed(3),
    talking.lipGap.toFixed(3),
    talking.mouthWidth.toFixed(3),
    talking.blinksPerMinute.toFixed(0),
    percent(talking.speed),
    repeats === null ? '' : percent(repeats),
  ];
  console.log(`| ${cells.join(' | ')} |`);
}

async function measureAvatar(meter: LifeMeter, name: string, path: string, cachePath: string, pcm: Int16Array) {
  const face = await openFace(path, { widthPx: SIDE_PX, heightPx: SIDE_PX, cachePath });
  try {
    const talking = scoreLife(await measure(meter, talk(face, pcm)), FRAMES_PER_SECOND);
    const idle = await measure(meter, wait(face));
    const turns = idle.map((sample) => sample?.yaw ?? Number.NaN);
    if (turns.some(Number.isNaN)) throw new Error(`${name}: no face is seen in a picture of its waiting.`);
    const row = { name, talking, repeats: closestRepeat(turns, STRETCH_SECONDS * IDLE_SAMPLES_PER_SECOND) };
    print(row);
    return row;
  } finally {
    face.close();
  }
}

const folder = await mkdtemp(join(tmpdir(), 'bench-life-'));
const meter = await LifeMeter.open();
try {
  const [spoken] = await speakTexts('sage', [TEXT]);
  const pcm = spoken?.sample.pcm ?? new Int16Array();
  console.log(
    '| | travel x | travel y | yaw | pitch | roll | brows | lips open | mouth width | blinks/min | speed/s | idle repeats |',
  );
  console.log(`|${' --- |'.repeat(12)}`);
  const rows: Row[] = [];
  for (const film of values.film) {
    if (!existsSync(film)) throw new Error(`There is no film at ${film}.`);
    const row = {
      name: film,
      talking: scoreLife(
        await measure(meter, readPictures(film, `fps=${FRAMES_PER_SECOND},format=yuv420p`)),
        FRAMES_PER_SECOND,
      ),
      repeats: null,
    };
    print(row);
    rows.push(row);
  }
  for (const id of ['iris', 'marcus', 'yuna', 'rafael']) {
    rows.push(await measureAvatar(meter, id, join(AVATARS, id), folder, pcm));
  }
  for (const clip of PHOTO_CLIPS) {
    const made = await makeFromPhoto(folder, clip);
    if (typeof made === 'string') console.log(`SKIPPED: ${made}`);
    else rows.push(await measureAvatar(meter, `photo: ${clip}`, made.path, folder, pcm));
  }
  const clip = await makeFromClip(folder);
  if (typeof clip === 'string') console.log(`SKIPPED: ${clip}`);
  else rows.push(await measureAvatar(meter, 'clip', clip.path, folder, pcm));
  console.log(JSON.stringify(rows));
} finally {
  meter.close();
  await rm(folder, { recursive: true, force: true });
}

import { type Articulation, MOUTH_AT_REST } from '../../packages/media/src/core/articulation.ts';
import { FRAME_INTERVAL_MS, wireSamplesToMs } from '../../packages/media/src/core/audio-format.ts';
import { createPicture, type Picture } from '../../packages/media/src/core/picture.ts';
import { Expression } from '../../packages/media/src/expression/expression.ts';
import { type Face, type FacePose, openFace } from '../../packages/media/src/frames/face.ts';
import { ArticulationTrack } from '../../packages/media/src/visemes/articulation-track.ts';
import { LONG_TEXT, type SpokenSample } from './spoken-sample.ts';

/** What a talking mouth shows, picture by picture, over the whole sample. */
export function articulationsOf(sample: SpokenSample): Articulation[] {
  const track = new ArticulationTrack({ network: null });
  track.appendAudio(sample.pcm);
  track.appendPhones(sample.phones);
  track.finish();
  const count = Math.floor(wireSamplesToMs(sample.pcm.length) / FRAME_INTERVAL_MS);
  return Array.from({ length: count }, (_unused, index) => {
    const articulation = { ...MOUTH_AT_REST };
    track.sampleAt(index * FRAME_INTERVAL_MS, articulation);
    return articulation;
  });
}

/** The same with head, brows and smile, as a call acts them. `face` may have a head that is a film. */
export function talkingPoses(face: Face, sample: SpokenSample): FacePose[] {
  const expression = new Expression({ seed: face.manifest.id, language: 'en' });
  if (face.manifest.loop !== undefined) expression.holdHead();
  const turnId = 'talk';
  expression.appendSound(turnId, sample.pcm);
  expression.handle({ type: 'reply-text', turnId, text: LONG_TEXT, audioStartMs: 0 });
  return articulationsOf(sample).map((articulation, index) => {
    const positionMs = index * FRAME_INTERVAL_MS;
    return { articulation, ...expression.advance(positionMs, { turnId, positionMs }) };
  });
}

export type TalkingOptions = {
  readonly bundlePath: string;
  readonly widthPx: number;
  readonly heightPx: number;
  readonly count: number;
};

/** The first pictures of an avatar that talks, as calls show them. */
export async function talkingPictures(options: TalkingOptions, sample: SpokenSample): Promise<Picture[]> {
  const face = await openFace(options.bundlePath, options);
  const performer = face.createPerformer();
  const pictures = talkingPoses(face, sample)
    .slice(0, options.count)
    .map((pose, index) => {
      const picture = createPicture(options.widthPx, options.heightPx);
      performer.render(index, pose, picture);
      return picture;
    });
  face.close();
  return pictures;
}

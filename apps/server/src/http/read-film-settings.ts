import {
  FILM_SYNC_MODES,
  type FilmOutput,
  type FilmSegment,
  type FilmSpeaker,
  segmentsFault,
  segmentsInOrder,
} from '@visavis/protocol';
import type { FilmSettings } from '@visavis/protocol/rest';
import { ControlError } from '../control/control-error.ts';

/** What an order says about how its film is made. */
export type GivenSettings = {
  readonly syncMode?: string | undefined;
  readonly speaker?: FilmSpeaker | undefined;
  readonly segments?: readonly FilmSegment[] | undefined;
  readonly output?: FilmOutput | undefined;
  readonly originalVolume?: number | undefined;
};

/** How the fields are called, for sentences about them. */
export type SettingNames = Readonly<Record<'segments' | 'syncMode' | 'originalVolume' | 'videoUrl', string>>;

/** The most that H.264 is coded at. */
const MAX_PIXELS = 9_000_000;

/** Checks what a schema cannot see. Throws a `ControlError` that says what is wrong. */
export function readFilmSettings(given: GivenSettings, names: SettingNames, ofClip: boolean): FilmSettings {
  const { speaker, segments, output, originalVolume } = given;
  const syncMode = FILM_SYNC_MODES.find((mode) => mode === given.syncMode);
  if (given.syncMode !== undefined && syncMode === undefined) {
    throw bad(`The sync mode is one of: ${FILM_SYNC_MODES.join(', ')}.`);
  }
  for (const name of ['segments', 'originalVolume'] as const) {
    if (given[name] === undefined || ofClip) continue;
    throw bad(`${names[name]} is for clips: give one as ${names.videoUrl}, or leave ${names[name]} out.`);
  }
  const fault = segments && segmentsFault(segments, names.segments);
  if (typeof fault === 'string') throw bad(fault);
  if (segments !== undefined && syncMode !== undefined) {
    throw bad(`With ${names.segments} the film is as long as its clip. Leave ${names.syncMode} out.`);
  }
  if (syncMode === 'remap' && (originalVolume ?? 0) > 0) {
    throw bad(`remap changes the clip’s speed, which its sound cannot follow. Leave ${names.originalVolume} out.`);
  }
  const { widthPx = 0, heightPx = widthPx } = output ?? {};
  if (!ofClip && (widthPx || heightPx) * heightPx > MAX_PIXELS) {
    throw bad('A film of this output would have more than 9 megapixels. Choose a smaller width or height.');
  }
  return {
    ...(syncMode && { syncMode }),
    ...(speaker !== undefined && { speaker }),
    ...(segments && { segments: segmentsInOrder(segments) }),
    ...(output && Object.keys(output).length > 0 && { output }),
    ...(originalVolume !== undefined && { originalVolume }),
  };
}

function bad(message: string): ControlError {
  return new ControlError('bad-request', message);
}

import { Demuxer } from 'node-av/api';
import { AV_LOG_FATAL } from 'node-av/constants';
import { type Frame, Log } from 'node-av/lib';
import { type Picture, pictureByteLength } from '../core/picture.ts';
import { AvatarBundleError } from './bundle-error.ts';
import { decodeFilm } from './decode-film.ts';
import { HEAD_AT_REST } from './head-motion.ts';
import type { LifeFrame } from './life-script.ts';
import type { ClipLoop } from './manifest.ts';
import type { View } from './view.ts';

/** The script of a life loop that is a film of the person: lids and gaze are the film's own. */
export function clipScript(loop: ClipLoop): readonly LifeFrame[] {
  return loop.order.map((picture) => {
    const tracked = loop.heads[picture];
    return {
      head: tracked === undefined ? HEAD_AT_REST : { ...HEAD_AT_REST, tracked },
      lidClosure: 0,
      gazeX: 0,
      gazeY: 0,
    };
  });
}

/** The first frame that shows the same picture; undefined when frame `index` is the first. */
export function repeatedFrame(loop: ClipLoop, index: number): number | undefined {
  const first = loop.order.indexOf(loop.order[index] ?? 0);
  return first < index ? first : undefined;
}

/** Pictures of the film one after the other, as the view shows them. */
export type ClipFilm = { read(out: Picture): void; close(): void };

/** `view` lies on whole chroma pixels. Throws `AvatarBundleError` where the film ends or cannot be decoded. */
export function openClipFilm(bytes: Buffer, view: View, name: string): ClipFilm {
  Log.setLevel(AV_LOG_FATAL);
  const fail = (cause?: unknown): never => {
    throw new AvatarBundleError('corrupt-file', `${name}: not a film that can be decoded.`, { cause });
  };
  let frames: Generator<Frame, undefined> | undefined;
  return {
    read(out) {
      let next: IteratorResult<Frame> | undefined;
      try {
        frames ??= decodeFilm(Demuxer.openSync(bytes, { options: { format_whitelist: 'mov' } }), viewFilters(view));
        next = frames.next();
      } catch (error) {
        fail(error);
      }
      if (next === undefined || next.done === true) return fail();
      const { width, height } = next.value;
      const picture = next.value.toBuffer();
      if (width !== out.width || height !== out.height) return fail();
      out.data.set(picture.subarray(0, pictureByteLength(width, height)));
    },
    close: () => void frames?.return(undefined),
  };
}

function viewFilters({ widthPx, heightPx, offsetX, offsetY }: View): string {
  const side = Math.max(widthPx, heightPx);
  const crop = `crop=${widthPx}:${heightPx}:${-offsetX}:${-offsetY}`;
  return `scale=${side}:${side}:flags=bicubic,${crop},format=yuv420p`;
}

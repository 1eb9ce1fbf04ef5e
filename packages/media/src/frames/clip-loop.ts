import { fileInMemory } from '../codecs/film-module.ts';
import { type FilmFrame, FilmReader } from '../codecs/film-reader.ts';
import { type Picture, pictureByteLength } from '../core/picture.ts';
import { AvatarBundleError } from './bundle-error.ts';
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
export async function openClipFilm(bytes: Buffer, view: View, name: string): Promise<ClipFilm> {
  const fail = (cause?: unknown): never => {
    throw new AvatarBundleError('corrupt-file', `${name}: not a film that can be decoded.`, { cause });
  };
  const { reader, frames } = await openFrames(bytes, view).catch(fail);
  return {
    read(out) {
      let next: IteratorResult<FilmFrame> | undefined;
      try {
        next = frames.next();
      } catch (error) {
        fail(error);
      }
      if (next === undefined || next.done === true) return fail();
      const { widthPx, heightPx, bytes: picture } = next.value;
      if (widthPx !== out.width || heightPx !== out.height) return fail();
      out.data.set(picture.subarray(0, pictureByteLength(widthPx, heightPx)));
    },
    close: () => reader.close(),
  };
}

async function openFrames(bytes: Buffer, view: View): Promise<{ reader: FilmReader; frames: Iterator<FilmFrame> }> {
  const reader = await FilmReader.open(fileInMemory(bytes), ['mov']);
  if (reader.pictures() === null) {
    reader.close();
    throw new Error('There is no moving picture in this file.');
  }
  return { reader, frames: reader.frames(viewFilters(view)) };
}

function viewFilters({ widthPx, heightPx, offsetX, offsetY }: View): string {
  const side = Math.max(widthPx, heightPx);
  const crop = `crop=${widthPx}:${heightPx}:${-offsetX}:${-offsetY}`;
  return `scale=${side}:${side}:flags=bicubic,${crop},format=yuv420p`;
}

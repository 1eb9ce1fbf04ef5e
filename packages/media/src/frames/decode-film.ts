import { Decoder, type Demuxer, FilterAPI } from 'node-av/api';
import type { Frame } from 'node-av/lib';

/**
 * Decodes the moving picture of an opened file through filters, one frame at a time; each is valid until the next one is
 * asked for. Closes the file at the end and when the loop over the frames is left.
 */
export function* decodeFilm(demuxer: Demuxer, filters: string): Generator<Frame, undefined> {
  const filter = FilterAPI.create(filters);
  let decoder: Decoder | undefined;
  try {
    const stream = demuxer.video();
    if (stream === undefined) throw new Error('There is no moving picture in this file.');
    decoder = Decoder.createSync(stream);
    for (const packet of demuxer.packetsSync(stream.index)) {
      const decoded = decoder.decodeAllSync(packet);
      packet?.free();
      for (const frame of decoded) yield* filtered(filter, frame);
    }
    for (const frame of decoder.decodeAllSync(null)) yield* filtered(filter, frame);
    for (const frame of filter.flushFramesSync()) yield* released([frame]);
    return undefined;
  } finally {
    filter.close();
    decoder?.close();
    demuxer.closeSync();
  }
}

function* filtered(filter: FilterAPI, frame: Frame): Generator<Frame> {
  const results = filter.processAllSync(frame);
  frame.free();
  yield* released(results);
}

function* released(frames: readonly Frame[]): Generator<Frame> {
  try {
    yield* frames;
  } finally {
    for (const frame of frames) frame.free();
  }
}

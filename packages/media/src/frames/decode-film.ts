import { Decoder, type Demuxer, FilterAPI } from 'node-av/api';
import { AV_NOPTS_VALUE } from 'node-av/constants';
import { Frame } from 'node-av/lib';

/**
 * Decodes the moving picture of an opened file through filters, one frame at a time; each is valid until the next one is
 * asked for. Closes the file at the end and when the loop over the frames is left. `onDecoded` hears the time of every
 * decoded frame, in seconds from the first one, before the filters do.
 */
export function* decodeFilm(
  demuxer: Demuxer,
  filters: string,
  onDecoded: (timeS: number) => void = () => {},
): Generator<Frame, undefined> {
  const filter = FilterAPI.create(filters);
  let decoder: Decoder | undefined;
  try {
    const stream = demuxer.video();
    if (stream === undefined) throw new Error('There is no moving picture in this file.');
    decoder = Decoder.createSync(stream);
    const { num, den } = stream.timeBase;
    let firstTime: bigint | undefined;
    const pass = function* (frames: readonly Frame[]): Generator<Frame> {
      for (const frame of frames) {
        if (frame.pts !== AV_NOPTS_VALUE) {
          firstTime ??= frame.pts;
          onDecoded((Number(frame.pts - firstTime) * num) / den);
        }
        yield* filtered(filter, frame);
      }
    };
    for (const packet of demuxer.packetsSync(stream.index)) {
      const decoded = decoder.decodeAllSync(packet);
      packet?.free();
      yield* pass(decoded);
    }
    yield* pass(decoder.decodeAllSync(null));
    for (const frame of filter.flushFramesSync()) yield* released([frame]);
    return undefined;
  } finally {
    filter.close();
    decoder?.close();
    demuxer.closeSync();
  }
}

/** One by one: after a gap in time a filter of the picture rate makes any number of frames out of one. */
function* filtered(filter: FilterAPI, frame: Frame): Generator<Frame> {
  filter.processSync(frame);
  frame.free();
  for (let result = filter.receiveSync(); result instanceof Frame; result = filter.receiveSync()) {
    yield* released([result]);
  }
}

function* released(frames: readonly Frame[]): Generator<Frame> {
  try {
    yield* frames;
  } finally {
    for (const frame of frames) frame.free();
  }
}

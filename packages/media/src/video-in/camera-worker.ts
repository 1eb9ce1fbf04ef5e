import { parentPort } from 'node:worker_threads';
import { PictureDecoder } from '../codecs/picture-decoder.ts';
import { errorMessage } from '../core/error-message.ts';
import type { FromJobThread, ToJobThread } from '../core/job-thread.ts';
import { resetThreadPriority } from '../core/thread-priority.ts';
import { type SmallPicture, smallPicture } from './small-picture.ts';
import type { KeyFrame } from './video-packet.ts';

// Entry of the worker thread that decodes what cameras show. Frames come one at a time, of all calls of the process.

const port = parentPort;
if (port === null) throw new Error('This file runs in a worker thread.');

// What the avatar sees may come late; what it says may not.
resetThreadPriority();

const openDecoder = await PictureDecoder.prepare();

port.on('message', ({ id, request }: ToJobThread<KeyFrame>) => {
  try {
    const result = look(request);
    tell({ type: 'done', id, result }, [result.data.buffer as ArrayBuffer]);
  } catch (error) {
    tell({ type: 'failed', id, message: errorMessage(error) }, []);
  }
});
tell({ type: 'ready' }, []);

function tell(message: FromJobThread<SmallPicture>, transfer: ArrayBuffer[]): void {
  port?.postMessage(message, transfer);
}

/** In memory that no other frame was in: nobody is shown what another camera saw, not even by a damaged one. */
function look({ codec, bytes }: KeyFrame): SmallPicture {
  const decoder = openDecoder(codec);
  const decoded = decoder.decode(bytes);
  const picture = decoded === null ? null : smallPicture(decoded);
  if (picture === null) throw new Error('This is no picture that can be decoded.');
  return picture;
}

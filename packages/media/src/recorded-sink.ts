import type { CallRecorder } from './recording/call-recorder.ts';
import type { VideoSink } from './webrtc/video-feed.ts';

/** Where pictures go: to the client, and into the recording at their time in the call. */
export function recordedSink(
  sink: Required<VideoSink>,
  recorder: CallRecorder,
  callTimeMs: (mediaTimeMs: number) => number,
): VideoSink {
  return {
    sendVideo(frame, mediaTimeMs) {
      sink.sendVideo(frame, mediaTimeMs);
      recorder.addPicture(frame, callTimeMs(mediaTimeMs));
    },
    get isVideoReady() {
      return sink.isVideoReady;
    },
    get videoBacklogMs() {
      return sink.videoBacklogMs;
    },
  };
}

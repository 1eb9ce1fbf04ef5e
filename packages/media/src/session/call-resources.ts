import type { Clock } from '../core/clock.ts';
import type { VoiceProvider } from '../core/voice-port.ts';
import type { Face } from '../frames/face.ts';
import type { SpeechModel } from '../turn-detection/speech-model.ts';
import type { TurnEndModel } from '../turn-detection/turn-end-watch.ts';
import type { CameraDecoder } from '../video-in/camera-decoder.ts';
import type { ArticulationNetwork } from '../visemes/articulation-network.ts';
import type { VoiceParts } from '../voice/voice-parts.ts';
import type { EncodedLoop } from '../webrtc/idle-loop.ts';

export type PictureSize = { readonly widthPx: number; readonly heightPx: number };

/** A face that stays open until it is released; a second time changes nothing. */
export type HeldFace = { readonly face: Face; release(): void };

/** What all calls of a media worker share. */
export type CallResources = {
  readonly clock: Clock;
  readonly speechModel: SpeechModel;
  /** Left out: silence alone ends turns. */
  readonly turnEndModel?: TurnEndModel;
  readonly articulation: ArticulationNetwork | null;
  /** Left out: no camera is looked at. */
  readonly cameras?: Pick<CameraDecoder, 'picture'>;
  readonly network: {
    readonly bindAddress?: string;
    readonly portRange?: { readonly begin: number; readonly end: number };
    readonly publicAddresses: readonly string[];
  };
  /** With these parts of an avatar's own; left out: with what the server has. Rejects when there is no such provider. */
  voice(providerId: string, parts?: VoiceParts): Promise<VoiceProvider>;
  /** Rejects when the bundle cannot be read. */
  holdFace(bundlePath: string, size: PictureSize): Promise<HeldFace>;
  /** The face's life loop, encoded once per codec and worker. */
  idleLoop(face: Face, codec: 'vp8' | 'h264'): Promise<EncodedLoop>;
};

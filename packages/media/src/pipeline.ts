import { AudioOut } from './audio-out/audio-out.ts';
import { CallLink, type CallLinkEvent } from './call-link.ts';
import { OpusEncoder, opusSilencePacket } from './codecs/opus-encoder.ts';
import { MOUTH_AT_REST, type PhoneTiming } from './core/articulation.ts';
import { FRAME_INTERVAL_MS } from './core/audio-format.ts';
import { closeAll } from './core/close-all.ts';
import { HEAD_STILL } from './core/head-motion.ts';
import type { Logger } from './core/logger.ts';
import type { Picture } from './core/picture.ts';
import type { TurnDetectionSettings, VoiceCapabilities } from './core/voice-port.ts';
import { Expression } from './expression/expression.ts';
import type { FacePerformer, FacePose } from './frames/face.ts';
import { recordedSink } from './recorded-sink.ts';
import { CallRecorder, openRecorderParts, type RecorderParts } from './recording/call-recorder.ts';
import type { CallResources, HeldFace } from './session/call-resources.ts';
import type { IceCandidate, SessionConfig, SessionDescription } from './session/session-events.ts';
import type { SessionInput } from './session/session-state.ts';
import { type UserCounters, UserPipeline, type UserPipelineEvent } from './user-pipeline.ts';
import { VideoIn, type VideoInCounters } from './video-in/video-in.ts';
import { ArticulationTrack } from './visemes/articulation-track.ts';
import type { Peer } from './webrtc/peer.ts';
import { VideoEncoder } from './webrtc/video-encoder.ts';
import { VideoFeed } from './webrtc/video-feed.ts';

/** What the stages tell the session. */
export type PipelineEvent =
  | UserPipelineEvent
  | { readonly type: 'playback-started'; readonly turnId: string }
  /** What the user's camera shows. */
  | Extract<SessionInput, { type: 'seen' }>
  /** A stage threw; the call cannot go on. */
  | { readonly type: 'failed'; readonly error: unknown }
  /** Pictures cannot be encoded for now; the call is not recorded any further. */
  | { readonly type: 'picture-failed' | 'recording-failed'; readonly error: unknown }
  | Omit<Extract<SessionInput, { type: 'playback-finished' }>, 'atMs'>
  | CallLinkEvent;

/** Sound of replies waiting to be played; a talkative voice is cut here, and counted. */
const MAX_REPLY_BUFFER_MS = 10 * 60_000;
/** The mouth comes to rest within this time after the last sample, then the shared idle loop takes over. */
const LIVE_TAIL_MS = 400;
/** Pictures closer together than this are the clock catching up; only the first of them is worth rendering. */
const MIN_PICTURE_SPACING_MS = FRAME_INTERVAL_MS / 2;
const OPUS_BITRATE_KBPS = 40;
const START_BITRATE_KBPS = 800;
/** A wall clock that was set meanwhile makes no film begin with hours of silence. */
const MAX_BEFORE_CLOCK_MS = 10 * 60_000;

/** One call's stages, joined in the order of the data flow. It decides nothing: the session does. */
export class Pipeline {
  readonly #config: SessionConfig;
  readonly #resources: CallResources;
  readonly #listener: (event: PipelineEvent) => void;
  readonly #logger: Logger;
  readonly #user: UserPipeline;
  /** Null: the voice sees nothing. */
  readonly #videoIn: VideoIn | null;
  readonly #audioOut: AudioOut;
  readonly #opus: OpusEncoder;
  readonly #silence: Uint8Array;
  readonly #performer: FacePerformer | null;
  /** The session tells it what happens in the talk. */
  readonly expression: Expression;
  /** Null: the call has no connection, and nobody sees the face. */
  readonly #link: CallLink | null;
  readonly #tracks = new Map<string, ArticulationTrack>();
  readonly #recorder: CallRecorder | null;
  readonly #held: HeldFace | null;
  readonly #pose: { -readonly [Key in keyof FacePose]: FacePose[Key] };
  #feed: VideoFeed | null = null;
  #bitrateKbps = START_BITRATE_KBPS;
  #lastSoundAtMediaMs = Number.NEGATIVE_INFINITY;
  #lastPictureAtMs = Number.NEGATIVE_INFINITY;
  #clockStarted = false;
  /** How long the call had lasted when its clock began. */
  #beforeClockMs = 0;
  #closed = false;

  static async open(
    config: SessionConfig,
    resources: CallResources,
    capabilities: VoiceCapabilities,
    logger: Logger,
    listener: (event: PipelineEvent) => void,
  ): Promise<Pipeline> {
    const isSeen = config.connection !== 'none';
    const held = isSeen ? await resources.holdFace(config.avatar.bundlePath, config) : null;
    try {
      const [opus, silence, recording] = await Promise.all([
        OpusEncoder.open({ bitrateKbps: OPUS_BITRATE_KBPS }),
        opusSilencePacket(),
        config.recordingPathStem === undefined
          ? null
          : openRecorderParts(() => OpusEncoder.open({ bitrateKbps: OPUS_BITRATE_KBPS })),
      ]);
      return new Pipeline({ config, resources, capabilities, logger, listener, held, opus, silence, recording });
    } catch (error) {
      held?.release();
      throw error;
    }
  }

  constructor(parts: {
    config: SessionConfig;
    resources: CallResources;
    capabilities: VoiceCapabilities;
    logger: Logger;
    listener: (event: PipelineEvent) => void;
    held: HeldFace | null;
    opus: OpusEncoder;
    silence: Uint8Array;
    recording: RecorderParts | null;
  }) {
    const { config, resources, listener } = parts;
    this.#config = config;
    this.#resources = resources;
    this.#listener = listener;
    this.#logger = parts.logger;
    this.#held = parts.held;
    this.#performer = parts.held?.face.createPerformer() ?? null;
    this.#opus = parts.opus;
    this.#silence = parts.silence;
    this.#recorder = this.#createRecorder(parts.recording);
    this.#pose = { articulation: { ...MOUTH_AT_REST }, smile: 0, brows: 0, nod: 0, head: HEAD_STILL };
    this.expression = new Expression({ seed: config.sessionId, language: config.language });
    if (parts.held?.face.manifest.loop !== undefined) this.expression.holdHead();
    this.#user = this.#createUserPipeline(parts.capabilities);
    this.#videoIn = parts.capabilities.sees ? this.#createVideoIn() : null;
    this.#audioOut = new AudioOut({
      clock: resources.clock,
      maxBufferedMs: MAX_REPLY_BUFFER_MS,
      onFrame: (pcm48k, mediaTimeMs) => this.#guardFrame(pcm48k, mediaTimeMs),
      onTurnStarted: (turnId) => listener({ type: 'playback-started', turnId }),
      onTurnFinished: (turnId, playedMs) => this.#finishPlayback(turnId, playedMs),
    });
    this.#link = config.connection === 'none' ? null : this.#createLink();
  }

  // Signalling.

  async offer(): Promise<void> {
    await this.#link?.offer();
  }

  async setRemoteDescription(description: SessionDescription): Promise<void> {
    await this.#link?.setRemoteDescription(description);
  }

  addRemoteCandidate(candidate: IceCandidate): void {
    this.#link?.addRemoteCandidate(candidate);
  }

  /** By the client's data channel. */
  sendMessage(text: string): void {
    this.#link?.sendMessage(text);
  }

  // The user's side.

  pushUserAudio(bytes: Uint8Array): void {
    this.#user.push(bytes);
  }

  resetInput(): void {
    this.#user.reset();
  }

  commitInput(): void {
    this.#user.commit();
  }

  configureInput(settings: Partial<TurnDetectionSettings>): void {
    this.#user.configure(settings);
  }

  /** The user has begun to speak and has not ended. */
  setUserTurnOpen(isTurnOpen: boolean): void {
    this.#user.setTurnOpen(isTurnOpen);
    this.expression.setUserSpeaking(isTurnOpen);
  }

  setAvatarSpeaking(speaking: boolean): void {
    this.#user.setAvatarSpeaking(speaking);
  }

  // The avatar's side.

  enqueueReply(turnId: string, pcm: Int16Array, phones: readonly PhoneTiming[] | undefined): void {
    if (this.#performer !== null) {
      const track = this.#trackOf(turnId);
      track.appendAudio(pcm);
      this.expression.appendSound(turnId, pcm);
      if (phones !== undefined) track.appendPhones(phones);
      this.#feed?.prepareLive();
    }
    this.#audioOut.enqueue(turnId, pcm);
  }

  finishReply(turnId: string): void {
    this.#tracks.get(turnId)?.finish();
    this.#audioOut.finish(turnId);
  }

  flushReplies(keptTurnIds: readonly string[]): { turnId: string; playedMs: number } | null {
    const flushed = this.#audioOut.flush(keptTurnIds);
    for (const turnId of this.#tracks.keys()) {
      if (keptTurnIds.includes(turnId)) continue;
      this.#tracks.delete(turnId);
    }
    this.expression.dropReplies(keptTurnIds);
    return flushed;
  }

  /** The avatar falls silent in mid-word, and may go on there. */
  holdReplies(): { turnId: string; playedMs: number } | null {
    return this.#audioOut.hold();
  }

  resumeReplies(): void {
    this.#audioOut.resume();
  }

  /** Sound and picture begin to flow. */
  startClock(): void {
    if (this.#clockStarted || this.#closed) return;
    this.#clockStarted = true;
    const beganAtMs = this.#config.beganAtUnixMs ?? Date.now();
    this.#beforeClockMs = Math.min(Math.max(0, Date.now() - beganAtMs), MAX_BEFORE_CLOCK_MS);
    this.#audioOut.start();
  }

  /** What was heard and seen of the user, and what was not. */
  get userCounters(): UserCounters & { readonly camera: VideoInCounters | null } {
    return { ...this.#user.counters, camera: this.#videoIn?.counters ?? null };
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#tracks.clear();
    const face = { close: () => this.#held?.release() };
    closeAll(this.#user, this.#videoIn, this.#audioOut, this.#feed, this.#opus, this.#link, this.#recorder, face);
  }

  #createUserPipeline({ detectsTurns, echoesUser: isToBeSaid }: VoiceCapabilities): UserPipeline {
    return new UserPipeline({
      clock: this.#resources.clock,
      logger: this.#logger,
      speechModel: this.#resources.speechModel,
      turnEndModel: this.#resources.turnEndModel ?? null,
      turnDetection: this.#config.turnDetection,
      voiceDetectsTurns: detectsTurns,
      isToBeSaid,
      // In transparency the avatar says what comes in: it is in the film already.
      onMicrophone: (pcm) => (isToBeSaid ? undefined : this.#recorder?.addUserSound(pcm)),
      listener: (event) => {
        if (!this.#closed) this.#listener(event);
      },
    });
  }

  #createVideoIn(): VideoIn | null {
    const { clock, cameras } = this.#resources;
    if (cameras === undefined || this.#config.connection === 'none') return null;
    const onPicture = (dataUrl: string) => this.#listener({ type: 'seen', dataUrl });
    return new VideoIn({ clock, logger: this.#logger, decoder: cameras, onPicture });
  }

  #createRecorder(parts: RecorderParts | null): CallRecorder | null {
    const { recordingPathStem, recordingLimits, widthPx, heightPx } = this.#config;
    if (recordingPathStem === undefined || parts === null) return null;
    return new CallRecorder({
      ...parts,
      silence: this.#silence,
      pathStem: recordingPathStem,
      widthPx,
      heightPx,
      ...(recordingLimits === undefined ? {} : { limits: recordingLimits }),
      onFailure: (error) => this.#listener({ type: 'recording-failed', error }),
    });
  }

  #createLink(): CallLink {
    return new CallLink({
      config: this.#config,
      resources: this.#resources,
      logger: this.#logger,
      listener: (event) => this.#listener(event),
      onKeyFrameRequest: () => this.#feed?.requestKeyFrame(),
      onTargetBitrate: (kbps) => {
        this.#bitrateKbps = kbps;
        this.#feed?.setBitrate(kbps);
      },
      onAgreed: (peer) => this.#openFeed(peer),
      ...(this.#videoIn === null ? {} : { camera: this.#videoIn }),
      onSound: (pcm) => this.#closed || this.pushUserAudio(new Uint8Array(pcm.buffer, pcm.byteOffset, pcm.byteLength)),
    });
  }

  /** The answer says which codec the client takes; the feed follows it. */
  async #openFeed(peer: Peer): Promise<void> {
    const { widthPx, heightPx } = this.#config;
    const codec = peer.videoCodec;
    if (codec === null || this.#held === null || this.#feed !== null || this.#closed) return;
    const { face } = this.#held;
    const callTimeMs = (mediaTimeMs: number) => this.#callTimeMs(mediaTimeMs);
    this.#recorder?.setCodec(codec);
    const feed = new VideoFeed({
      sink: this.#recorder === null ? peer : recordedSink(peer, this.#recorder, callTimeMs),
      loop: null,
      frameCount: face.loopFrameCount,
      loopOffset: 0,
      openEncoder: () => VideoEncoder.open({ codec, widthPx, heightPx, bitrateKbps: this.#bitrateKbps }),
      renderFrame: (loopIndex, mediaTimeMs, out) => this.#render(loopIndex, mediaTimeMs, out),
      onEncoderFailure: (error) => this.#listener({ type: 'picture-failed', error }),
    });
    this.#feed = feed;
    feed.setLoop(await this.#resources.idleLoop(face, codec));
  }

  /** Since the call began, in whole milliseconds: media time does not go on while the clock stalls, and begins late. */
  #callTimeMs(mediaTimeMs: number): number {
    return Math.round(this.#beforeClockMs + this.#audioOut.counters.stalledMs) + mediaTimeMs;
  }

  #trackOf(turnId: string): ArticulationTrack {
    let track = this.#tracks.get(turnId);
    if (track === undefined) {
      track = new ArticulationTrack({ network: this.#resources.articulation });
      this.#tracks.set(turnId, track);
    }
    return track;
  }

  #guardFrame(pcm48k: Int16Array | null, mediaTimeMs: number): void {
    try {
      this.#sendFrame(pcm48k, mediaTimeMs);
    } catch (error) {
      if (!this.#closed) this.#listener({ type: 'failed', error });
    }
  }

  /** Every 20 ms of the call's clock: the sound, and with every second frame the picture that belongs to it. */
  #sendFrame(pcm48k: Int16Array | null, mediaTimeMs: number): void {
    if (this.#closed) return;
    this.#link?.sendAudio(pcm48k === null ? this.#silence : this.#opus.encode(pcm48k), mediaTimeMs);
    this.#recorder?.addAvatarSound(pcm48k, this.#callTimeMs(mediaTimeMs));
    this.#user.addPlayed(pcm48k, mediaTimeMs);
    if (pcm48k !== null) this.#lastSoundAtMediaMs = mediaTimeMs;
    if (this.#performer === null || mediaTimeMs % FRAME_INTERVAL_MS !== 0) return;
    Object.assign(this.#pose, this.expression.advance(mediaTimeMs, this.#audioOut.playhead(mediaTimeMs)));
    const isSounding = mediaTimeMs - this.#lastSoundAtMediaMs < LIVE_TAIL_MS;
    this.#feed?.setLive(isSounding || !this.expression.isAtRest);
    const nowMs = this.#resources.clock.nowMs();
    if (nowMs - this.#lastPictureAtMs < MIN_PICTURE_SPACING_MS) return;
    this.#lastPictureAtMs = nowMs;
    this.#feed?.tick(mediaTimeMs);
  }

  #render(loopIndex: number, mediaTimeMs: number, out: Picture): void {
    const playhead = this.#audioOut.playhead(mediaTimeMs);
    const track = playhead === null ? undefined : this.#tracks.get(playhead.turnId);
    if (playhead === null || track === undefined) Object.assign(this.#pose.articulation, MOUTH_AT_REST);
    else track.sampleAt(playhead.positionMs, this.#pose.articulation);
    this.#performer?.render(loopIndex, this.#pose, out);
  }

  #finishPlayback(turnId: string, playedMs: number): void {
    this.#tracks.delete(turnId);
    this.expression.endReply(turnId);
    if (!this.#closed) this.#listener({ type: 'playback-finished', turnId, playedMs });
  }
}

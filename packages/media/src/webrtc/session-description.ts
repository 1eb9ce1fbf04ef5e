import { type MediaDescription as ParsedMedia, parse } from 'sdp-transform';
import { type CameraMedia, cameraAnswer, type MediaDirection, withDirection } from './camera-section.ts';
import type { VideoCodec } from './encoded-frame.ts';
import type { HeaderExtensionIds } from './rtp-header.ts';

const URI_MID = 'urn:ietf:params:rtp-hdrext:sdes:mid';
const URI_ABSOLUTE_SEND_TIME = 'http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time';
const URI_TRANSPORT_SEQUENCE = 'http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01';

export const PAYLOAD_OPUS = 111;
export const PAYLOAD_VP8 = 96;
export const PAYLOAD_VP8_RTX = 97;
export const PAYLOAD_H264 = 102;
export const PAYLOAD_H264_RTX = 103;
export const AUDIO_MID = '0';
export const VIDEO_MID = '1';

/** Lines that offer the header extensions we write. */
export const EXTENSION_LINES: readonly string[] = [
  `a=extmap:9 ${URI_MID}`,
  `a=extmap:2 ${URI_ABSOLUTE_SEND_TIME}`,
  `a=extmap:4 ${URI_TRANSPORT_SEQUENCE}`,
];

/** The same, as the client numbers them. */
export function extensionLines({ mid, absoluteSendTime, transportSequence }: HeaderExtensionIds): readonly string[] {
  const line = (id: number | undefined, uri: string) => (id === undefined ? [] : [`a=extmap:${id} ${uri}`]);
  return [
    ...line(mid, URI_MID),
    ...line(absoluteSendTime, URI_ABSOLUTE_SEND_TIME),
    ...line(transportSequence, URI_TRANSPORT_SEQUENCE),
  ];
}

export type NegotiatedMedia = {
  /** Null when the client refused sound. */
  readonly audio: {
    readonly mid: string;
    readonly payloadType: number;
    readonly extensions: HeaderExtensionIds;
  } | null;
  /** Null when the client wants no picture. */
  readonly video: {
    readonly mid: string;
    readonly codec: VideoCodec;
    readonly payloadType: number;
    readonly rtxPayloadType: number | null;
    readonly extensions: HeaderExtensionIds;
  } | null;
};

/** What an offer of the client names for our side. */
export type OfferedMedia = NegotiatedMedia & { readonly audio: NonNullable<NegotiatedMedia['audio']> };

/** What an answer to our offer keeps. Throws when it keeps neither VP8 nor H.264. */
export function readAnswer(sdp: string): NegotiatedMedia {
  const { media } = parse(sdp);
  const video = readVideo(media.find((section) => section.type === 'video' && section.port !== 0));
  if (video === null) {
    throw new Error('The answer keeps no video codec of the offer; the client must accept VP8 or H.264.');
  }
  return { audio: readAudio(media.find((section) => section.type === 'audio' && section.port !== 0)), video };
}

/**
 * What the client's own offer wants of us: sound both ways, and a picture where it takes one. Throws when it has no place for Opus.
 */
export function readOffer(sdp: string): OfferedMedia {
  const { media } = parse(sdp);
  const audio = readAudio(media.find((section) => section.type === 'audio' && section.port !== 0));
  if (audio === null) throw new Error('The offer has no audio section with Opus.');
  const seen = media.find(
    ({ type, port, direction }) =>
      type === 'video' && port !== 0 && direction !== 'sendonly' && direction !== 'inactive',
  );
  return { audio, video: readVideo(seen) };
}

/** Ids of one-byte header extensions, and the most bytes that one of them holds (RFC 8285). */
const EXTENSION_IDS = { least: 1, most: 14 };
const EXTENSION_BYTES = 16;
const PAYLOAD_TYPE_MOST = 127;

function readAudio(audio: ParsedMedia | undefined): NegotiatedMedia['audio'] {
  const opus = audio?.rtp.find((format) => format.codec.toLowerCase() === 'opus');
  if (audio === undefined || opus === undefined) return null;
  return { mid: midOf(audio, AUDIO_MID), payloadType: checkedType(opus.payload), extensions: extensionsOf(audio) };
}

function readVideo(video: ParsedMedia | undefined): NegotiatedMedia['video'] {
  const chosen = video === undefined ? null : chooseVideoCodec(video);
  if (video === undefined || chosen === null) return null;
  return { mid: midOf(video, VIDEO_MID), ...chosen, extensions: extensionsOf(video) };
}

function chooseVideoCodec(
  video: ParsedMedia,
): { codec: VideoCodec; payloadType: number; rtxPayloadType: number | null } | null {
  for (const payloadType of String(video.payloads ?? '')
    .split(' ')
    .map(Number)) {
    const name = video.rtp.find((format) => format.payload === payloadType)?.codec.toLowerCase();
    if (name !== 'vp8' && name !== 'h264') continue;
    const rtx = video.rtp.find(
      (format) =>
        format.codec.toLowerCase() === 'rtx' &&
        video.fmtp.some((line) => line.payload === format.payload && line.config.trim() === `apt=${payloadType}`),
    );
    const rtxPayloadType = rtx === undefined ? null : checkedType(rtx.payload);
    return { codec: name, payloadType: checkedType(payloadType), rtxPayloadType };
  }
  return null;
}

function checkedType(payloadType: number): number {
  if (payloadType >= 0 && payloadType <= PAYLOAD_TYPE_MOST) return payloadType;
  throw new Error(`RTP has no payload type ${payloadType}: they go from 0 to ${PAYLOAD_TYPE_MOST}.`);
}

function midOf(media: ParsedMedia, fallback: string): string {
  return media.mid === undefined ? fallback : String(media.mid);
}

/** What does not fit into a header is left out of it. */
function extensionsOf(media: ParsedMedia): HeaderExtensionIds {
  const { least, most } = EXTENSION_IDS;
  const idOf = (uri: string) =>
    media.ext?.find(({ uri: named, value }) => named === uri && value >= least && value <= most)?.value;
  const mid = Buffer.byteLength(midOf(media, '')) > EXTENSION_BYTES ? undefined : idOf(URI_MID);
  const absoluteSendTime = idOf(URI_ABSOLUTE_SEND_TIME);
  const transportSequence = idOf(URI_TRANSPORT_SEQUENCE);
  return {
    ...(mid === undefined ? {} : { mid }),
    ...(absoluteSendTime === undefined ? {} : { absoluteSendTime }),
    ...(transportSequence === undefined ? {} : { transportSequence }),
  };
}

/** The ICE user fragment of a description (of its first section that has one), or null. */
export function iceUserFragment(sdp: string): string | null {
  return /^a=ice-ufrag:(\S+)/m.exec(sdp)?.[1] ?? null;
}

/**
 * Makes a generated description fit for strict readers: lower-case `rtx`, each msid once per section, `ice-options`
 * separated by spaces, extra host candidates, CRLF after every line.
 */
export function tidyDescription(sdp: string, extraHostAddresses: readonly string[]): string {
  const lines: string[] = [];
  let sectionMsids = new Set<string>();
  for (const line of sdp.split(/\r?\n/)) {
    if (line === '') continue;
    if (line.startsWith('m=')) sectionMsids = new Set();
    if (line.startsWith('a=msid:')) {
      if (sectionMsids.has(line)) continue;
      sectionMsids.add(line);
    }
    if (line.startsWith('a=ice-options:')) lines.push(line.replaceAll(',', ' '));
    else lines.push(line.replace(/^(a=rtpmap:\d+) RTX\//, '$1 rtx/'));
    if (line.startsWith('a=candidate:')) {
      lines.push(...extraHostCandidates(line.slice(2), extraHostAddresses).map((candidate) => `a=${candidate}`));
    }
  }
  return `${lines.join('\r\n')}\r\n`;
}

/** The same port under each further address, for a host whose public address is mapped to it one to one. */
export function extraHostCandidates(candidate: string, addresses: readonly string[]): string[] {
  const match = /^candidate:(\S+) (\d+) (udp) (\d+) \S+ (\d+) typ host/i.exec(candidate);
  if (match === null) return [];
  const [, foundation, component, protocol, priority, port] = match;
  return addresses.map(
    (address, index) =>
      `candidate:${foundation}9${index} ${component} ${protocol} ${Number(priority) - 1 - index} ${address} ${port} typ host`,
  );
}

/**
 * Cuts a generated answer down to what the offer allows (RFC 3264, 6.1): formats and header extensions that the offer
 * does not name go, and sections beyond our two and the client's camera, which nobody here receives, become inactive.
 */
export function fitAnswerToOffer(
  answerSdp: string,
  offerSdp: string,
  ours: readonly string[] = [AUDIO_MID, VIDEO_MID],
  camera: CameraMedia | null = null,
): string {
  const offered = new Map(splitSections(offerSdp).map((section) => [sectionMid(section), section]));
  return splitSections(answerSdp)
    .map((section) => {
      const mid = sectionMid(section);
      const offer = offered.get(mid);
      if (mid === null || offer === undefined) return section;
      if (ours.includes(mid)) return fitSection(withOurDirection(section, offer, camera?.mid === mid), offer);
      if (section.startsWith('m=application')) return section;
      return camera?.mid === mid ? cameraAnswer(section, camera.codecs) : withDirection(section, 'inactive');
    })
    .join('');
}

/** Our picture goes out where the client takes it, and its camera comes in by the same section. */
function withOurDirection(section: string, offer: string, isCamera: boolean): string {
  // Who only listens is sent sound, and none is waited for.
  if (!section.startsWith('m=video'))
    return /^a=recvonly\r?$/m.test(offer) ? withDirection(section, 'sendonly') : section;
  const isTaken = !/^a=(?:sendonly|inactive)\r?$/m.test(offer);
  const [sending, idle]: MediaDirection[] = isCamera ? ['sendrecv', 'recvonly'] : ['sendonly', 'inactive'];
  return withDirection(section, (isTaken ? sending : idle) ?? 'inactive');
}

function fitSection(answer: string, offer: string): string {
  const formats = new Set(formatsOf(offer));
  const extensions = new Set([...offer.matchAll(/^a=extmap:(\d+\S* \S+)/gm)].map(([, extension]) => extension));
  return answer
    .split('\r\n')
    .filter((line) => {
      const format = /^a=(?:rtpmap|fmtp|rtcp-fb):(\d+)/.exec(line)?.[1];
      const extension = /^a=extmap:(\d+\S* \S+)/.exec(line)?.[1];
      return (format === undefined || formats.has(format)) && (extension === undefined || extensions.has(extension));
    })
    .map((line) => (line.startsWith('m=') ? keepFormats(line, formats) : line))
    .join('\r\n');
}

function formatsOf(section: string): string[] {
  return /^m=\S+ \S+ \S+ ([\d ]+)/m.exec(section)?.[1]?.trim().split(' ') ?? [];
}

function keepFormats(mediaLine: string, formats: ReadonlySet<string>): string {
  const [kind, port, protocol, ...payloads] = mediaLine.split(' ');
  return [kind, port, protocol, ...payloads.filter((payload) => formats.has(payload))].join(' ');
}

function splitSections(sdp: string): string[] {
  return sdp.split(/^(?=m=)/m);
}

function sectionMid(section: string): string | null {
  return /^a=mid:(\S+)/m.exec(section)?.[1] ?? null;
}

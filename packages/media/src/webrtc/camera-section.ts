import { type MediaDescription as ParsedMedia, parse } from 'sdp-transform';
import type { VideoCodec } from './encoded-frame.ts';

/** How the client sends what its camera shows. */
export type CameraMedia = { readonly mid: string; readonly codecs: ReadonlyMap<number, VideoCodec> };

const PAYLOAD_TYPE_MOST = 127;
/** Baseline and main (RFC 6184, 8.1): their pictures are of the kind that is read here. */
const PLAIN_PROFILE = /(?:^|;)\s*profile-level-id=(?:42|4d)/i;
const ANY_PROFILE = /(?:^|;)\s*profile-level-id=/i;
/** What is sent back of a camera: requests for key frames, and how much it may send. */
const FEEDBACK = ['nack pli', 'ccm fir', 'goog-remb'];

/**
 * The section by which the client sends pictures in VP8 or H.264: the first that does nothing else or names a stream, before one
 * that may send some day, as sections do of which their page has said nothing; null: there is none.
 */
export function readCamera(sdp: string): CameraMedia | null {
  let idle: CameraMedia | null = null;
  for (const section of parse(sdp).media) {
    const { type, port, mid, direction = 'sendrecv' } = section;
    if (type !== 'video' || port === 0 || mid === undefined) continue;
    if (direction !== 'sendrecv' && direction !== 'sendonly') continue;
    const codecs = codecsOf(section);
    if (codecs.size === 0) continue;
    const camera = { mid: String(mid), codecs };
    if (direction === 'sendonly' || namesStream(section)) return camera;
    idle ??= camera;
  }
  return idle;
}

/** Browsers put `-` in place of a stream where a section's sender has none, as all do that wait for a track. */
function namesStream({ msid = [] }: ParsedMedia): boolean {
  return msid.some(({ id }) => id !== '-');
}

function codecsOf({ rtp, fmtp }: ParsedMedia): Map<number, VideoCodec> {
  const codecs = new Map<number, VideoCodec>();
  for (const { payload, codec } of rtp) {
    const name = codec.toLowerCase();
    if (!(payload >= 0 && payload <= PAYLOAD_TYPE_MOST)) continue;
    if (name === 'vp8') codecs.set(payload, name);
    const config = fmtp.find((line) => line.payload === payload)?.config ?? '';
    if (name === 'h264' && (PLAIN_PROFILE.test(config) || !ANY_PROFILE.test(config))) codecs.set(payload, name);
  }
  return codecs;
}

/** Cuts the generated answer of a section that is the camera's alone down to what is read of it. */
export function cameraAnswer(section: string, codecs: CameraMedia['codecs']): string {
  const isKept = (line: string) => {
    const [, attribute = '', rest = ''] = /^a=([a-z-]+):?(.*)/.exec(line) ?? [];
    if (['extmap', 'extmap-allow-mixed', 'ssrc', 'ssrc-group', 'msid'].includes(attribute)) return false;
    if (!['rtpmap', 'fmtp', 'rtcp-fb'].includes(attribute)) return true;
    const [type = '', ...what] = rest.split(' ');
    return codecs.has(Number(type)) && (attribute !== 'rtcp-fb' || FEEDBACK.includes(what.join(' ')));
  };
  return withDirection(
    section
      .split('\r\n')
      .filter(isKept)
      .map((line) => (line.startsWith('m=') ? keepCodecs(line, codecs) : line))
      .join('\r\n'),
    'recvonly',
  );
}

export type MediaDirection = 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive';

export function withDirection(section: string, direction: MediaDirection): string {
  return section.replace(/^a=(?:sendrecv|recvonly|sendonly|inactive)(?=\r?$)/m, `a=${direction}`);
}

function keepCodecs(mediaLine: string, codecs: CameraMedia['codecs']): string {
  const [kind, port, protocol, ...payloads] = mediaLine.split(' ');
  return [kind, port, protocol, ...payloads.filter((payload) => codecs.has(Number(payload)))].join(' ');
}

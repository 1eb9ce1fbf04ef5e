import { LIMITS } from '@visavis/protocol';
import type { FastifyRequest } from 'fastify';
import { ControlError } from '../control/control-error.ts';
import type { FilmOrder } from '../control/films/film-order.ts';
import type { Admission } from '../ports.ts';
import { type GivenSettings, readFilmSettings, type SettingNames } from './read-film-settings.ts';

/** What an order says, however its fields are called where it came in. */
export type GivenOrder = GivenSettings & {
  readonly videoUrl?: string | undefined;
  readonly imageUrl?: string | undefined;
  /** Name or id. */
  readonly avatar?: string | undefined;
  readonly audioUrl?: string | undefined;
  /** Bare, or a data URL. */
  readonly audioBase64?: string | undefined;
  readonly text?: string | undefined;
  readonly voice?: string | undefined;
  readonly language?: string | undefined;
  readonly callbackUrl?: string | undefined;
  readonly idempotencyKey?: string | undefined;
};

/** How the fields are called, for sentences about them. */
export type FieldNames = SettingNames &
  Readonly<Record<'imageUrl' | 'avatar' | 'audioUrl' | 'audioBase64' | 'text' | 'callbackUrl', string>>;

export type OrderReading = {
  readonly projectId: string;
  readonly licenceId: string;
  readonly names: FieldNames;
  readonly findAvatar: Admission['findAvatar'];
  /** Scheme and host by which the order came. */
  readonly origin: string;
};

export function originOf({ protocol, host }: Pick<FastifyRequest, 'protocol' | 'host'>): string {
  return `${protocol}://${host}`;
}

const DATA_URL = /^data:[^,]{0,200};base64,/i;
const USUAL_VOICE = 'alloy';

/** Checks an order and finds its avatar. Throws a `ControlError` that says what is wrong with it. */
export async function readFilmOrder(given: GivenOrder, reading: OrderReading): Promise<FilmOrder> {
  const { projectId, licenceId, names, origin } = reading;
  const { found: picture, avatar } = await pictureOf(given, reading);
  const options = readFilmSettings(given, names, picture.kind === 'video');
  const { idempotencyKey, callbackUrl } = given;
  return {
    projectId,
    licenceId,
    picture,
    idempotencyKey,
    options,
    sound: soundOf(given, names, avatar),
    ...(callbackUrl === undefined ? {} : { callback: { url: urlIn(callbackUrl, names.callbackUrl), origin } }),
  };
}

type Speaking = { readonly voice: string; readonly language: string };

async function pictureOf(
  { videoUrl, imageUrl, avatar: asked }: GivenOrder,
  { projectId, names, findAvatar }: OrderReading,
): Promise<{ found: FilmOrder['picture']; avatar: Speaking | null }> {
  const all = [names.videoUrl, names.imageUrl, names.avatar];
  requireOne([videoUrl, imageUrl, asked], 'what the film shows', all);
  if (videoUrl !== undefined) return { found: { kind: 'video', url: urlIn(videoUrl, names.videoUrl) }, avatar: null };
  if (imageUrl !== undefined) return { found: { kind: 'image', url: urlIn(imageUrl, names.imageUrl) }, avatar: null };
  const wanted = asked ?? '';
  const byId = /^[0-9a-f]{32}$/i.test(wanted.replaceAll('-', ''));
  const found = await findAvatar(projectId, byId ? { avatarId: wanted } : { name: wanted });
  if (found.kind === 'missing')
    throw bad(`There is no avatar ${wanted.slice(0, 80)}. Give another name as ${names.avatar}.`);
  const { avatarId, voice, language } = found.avatar;
  return { found: { kind: 'avatar', avatarId }, avatar: { voice, language } };
}

function soundOf(given: GivenOrder, names: FieldNames, avatar: Speaking | null): FilmOrder['sound'] {
  const { audioUrl, audioBase64, text, voice, language } = given;
  requireOne([audioUrl, audioBase64, text], 'what is said', [names.audioUrl, names.audioBase64, names.text]);
  if (audioUrl !== undefined) return { kind: 'url', url: urlIn(audioUrl, names.audioUrl) };
  if (audioBase64 !== undefined) return { kind: 'data', bytes: bytesIn(audioBase64, names.audioBase64) };
  const said = text ?? '';
  if (!/[\p{L}\p{N}]/u.test(said)) throw bad(`${names.text} holds nothing that can be spoken.`);
  return {
    kind: 'text',
    text: said,
    voice: voice ?? avatar?.voice ?? USUAL_VOICE,
    language: language ?? avatar?.language ?? '',
  };
}

function requireOne(given: readonly (string | undefined)[], what: string, names: readonly string[]): void {
  const count = given.filter((value) => value !== undefined).length;
  const last = names.length - 1;
  const list = `${names.slice(0, last).join(', ')} or ${names[last]}`;
  if (count === 0) throw bad(`Give ${what}: ${list}.`);
  if (count > 1) throw bad(`Give ${what} once: ${list}.`);
}

/** Whether it may be fetched is seen when it is: the name may lead elsewhere by then. */
export function urlIn(text: string, name: string): string {
  const isWeb = URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
  if (!isWeb) throw bad(`${name} is no address that begins with http:// or https://.`);
  return text;
}

function bytesIn(text: string, name: string): Buffer {
  const encoded = text.replace(DATA_URL, '');
  const bytes = Buffer.from(encoded, 'base64');
  if (bytes.length === 0 || !/^[\w+/=\s-]*$/.test(encoded.slice(0, 1000))) {
    throw bad(`${name} is no base64: send the bytes of a sound file in it, bare or as a data URL.`);
  }
  if (bytes.length > LIMITS.bytes.filmSound) {
    throw new ControlError(
      'too-large',
      `${name} holds more than ${LIMITS.bytes.filmSound / 1e6} MB. Give a URL instead.`,
    );
  }
  return bytes;
}

function bad(message: string): ControlError {
  return new ControlError('bad-request', message);
}

import { withoutSystemPrefix } from '@visavis/protocol';
import type { CallOptions, TokenSource, ToolHandler } from '../call-options.ts';
import type { CallConfig } from '../to-wire.ts';
import { isOn } from './avatar-properties.ts';

/** Attributes of `<visavis-avatar>`, in the spelling of HTML. */
export const attributeNames = [
  'server',
  'license',
  'token',
  'token-url',
  'avatar',
  'label',
  'language',
  'voice',
  'poster',
  'captions',
  'typing',
  'microphone',
] as const;

export type AttributeName = (typeof attributeNames)[number];

export type AvatarAttributes = {
  /** Address of the Visavis server; empty: the default of the page. */
  readonly server: string;
  /** Licence key or browser token; empty when the page names an address that mints one. */
  readonly license: string;
  /** Address of the site's own server that answers a POST with `{"token": "…"}`. */
  readonly tokenUrl: string;
  /** Name or id of the avatar. */
  readonly avatar: string;
  /** What people read instead of the name. */
  readonly label: string;
  readonly language: string;
  readonly voice: string;
  readonly poster: string;
  readonly captions: boolean;
  readonly typing: boolean;
  /** Whether the microphone is opened with the call; off: by its button only. */
  readonly microphone: boolean;
};

/** Ids are 32 hexadecimal digits, with or without the dashes of a UUID. */
const avatarId = /^[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}$/i;

export function isAvatarId(text: string): boolean {
  return avatarId.test(text);
}

export function readAttributes(read: (name: AttributeName) => string | null): AvatarAttributes {
  const text = (name: AttributeName) => read(name)?.trim() ?? '';
  return {
    server: text('server'),
    license: text('token') || text('license'),
    tokenUrl: text('token-url'),
    avatar: text('avatar'),
    label: text('label') || labelOf(text('avatar')),
    language: text('language'),
    voice: text('voice'),
    poster: text('poster'),
    captions: isOn(read('captions')),
    typing: isOn(read('typing')),
    microphone: isOn(read('microphone')),
  };
}

/** `navtalk.Iris` reads `Iris`; an id is no name. */
export function labelOf(avatar: string): string {
  return avatarId.test(avatar) ? '' : withoutSystemPrefix(avatar);
}

export type CallExtras = {
  readonly license: string;
  /** The server when the attribute names none. */
  readonly defaultServer: string | undefined;
  readonly config: CallConfig;
  readonly workletUrl: string | undefined;
  readonly onToolCall: ToolHandler | undefined;
  /** Where a fresh token comes from when the one at hand has expired. */
  readonly getToken: TokenSource | undefined;
};

export function callOptionsOf(attributes: AvatarAttributes, extras: CallExtras): CallOptions {
  const { avatar, language, voice, microphone } = attributes;
  const host = attributes.server || extras.defaultServer;
  const config: CallConfig = {
    ...extras.config,
    ...(language === '' ? {} : { language }),
    ...(voice === '' ? {} : { voice }),
  };
  return {
    license: extras.license,
    ...(host === undefined ? {} : { host }),
    ...(avatar === '' ? {} : avatarId.test(avatar) ? { avatarId: avatar.replaceAll('-', '') } : { name: avatar }),
    config,
    microphone: microphone ? 'auto' : 'manual',
    ...(extras.workletUrl === undefined ? {} : { microphoneOptions: { workletUrl: extras.workletUrl } }),
    ...(extras.getToken === undefined ? {} : { getToken: extras.getToken }),
    ...(extras.onToolCall === undefined ? {} : { onToolCall: extras.onToolCall }),
  };
}

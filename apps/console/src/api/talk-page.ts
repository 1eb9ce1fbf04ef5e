import type { FaceBox, VoiceDescription } from '@visavis/protocol/rest';

/** What `GET /api/v1/talk-page` says. */
export type TalkPageData = {
  /** Null when this server gives no licence to visitors: they need their own. */
  readonly demoLicense: string | null;
  readonly avatars: readonly TalkAvatar[];
  /** By provider; the first is that of new avatars. */
  readonly voices: readonly { readonly provider: string; readonly voices: readonly VoiceDescription[] }[];
  readonly voice: TalkVoice;
  /** Language models on the machine of the server; told to who sits at it. */
  readonly foundModels?: readonly FoundModel[];
  readonly version: string;
};

export type FoundModel = {
  /** Of the program that offers it. */
  readonly name: string;
  readonly model: string;
  /** What starts the server with it. */
  readonly settings: string;
};

export type TalkAvatar = {
  readonly avatarId: string;
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly thumbnailUrl: string;
  /** Where the face is in the picture; null or left out: not known. */
  readonly face?: FaceBox | null;
  readonly voice: string;
  /** What is built in for demonstrations answers for it, no model. False when left out. */
  readonly isDemonstration?: boolean;
  /** It can be shown pictures of one's camera. False when left out. */
  readonly sees?: boolean;
  /** Whose voice is heard; null or left out: not known. */
  readonly speaker?: (VoiceDescription & { readonly provider: string }) | null;
};

/**
 * Which parts answer, by name, or `starting` while the server makes them ready. `hears` is false when speech cannot
 * become text on this server.
 */
type TalkVoice = {
  readonly mouth: string;
  readonly ears: string;
  readonly brain: string;
  readonly hears: boolean;
};

/** The server has only just been started: what it says of its voice is not final. */
export function isStarting({ voice }: TalkPageData): boolean {
  return voice.mouth === 'starting' || voice.ears === 'starting';
}

/** An answer that is none to the question. */
export class ServerAnswered extends Error {
  override readonly name = 'ServerAnswered';
  readonly status: number;

  constructor(status: number) {
    super(`The server answered ${status}.`);
    this.status = status;
  }
}

export async function fetchTalkPage(signal: AbortSignal): Promise<TalkPageData> {
  const response = await fetch('/api/v1/talk-page', { signal, headers: { accept: 'application/json' } });
  if (!response.ok) throw new ServerAnswered(response.status);
  return (await response.json()) as TalkPageData;
}

/** What a client asks for when it opens a call, in whatever protocol. Absent and empty texts are left out. */
export type CallRequest = {
  readonly licence?: string;
  readonly avatarId?: string;
  readonly name?: string;
  /** No avatar is named: any will do, the key's own first. False when left out. */
  readonly anyAvatar?: boolean;
  readonly model?: string;
  readonly voice?: string;
  readonly language?: string;
  /** Session whose connection was lost, and whose place this call takes, with the key that session was given. */
  readonly replaces?: string;
  readonly reconnectKey?: string;
  /** Pixels of the box in which the picture is shown; the server gives what it may. */
  readonly pictureSizePx?: number;
  /** Hand the reply's sound to the client as well. */
  readonly audioBack: boolean;
  /** The client knows Visavis: it reads events of ours, is told of unknown avatars, and can say where a lost call goes on. */
  readonly extensions: boolean;
  readonly transparency: boolean;
  /** People answer, whatever voice the avatar has; false when left out. */
  readonly answeredByPeople?: boolean;
  /** As of `SessionConfig`. */
  readonly connection?: 'answer' | 'none';
  readonly waitsForTools?: boolean;
};

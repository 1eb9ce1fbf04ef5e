import type { CallFollower, FollowCall, FollowedCall } from '../../ports.ts';
import type { Admitted } from './admit-call.ts';

const NOBODY: CallFollower = { event() {}, command() {}, ended() {} };

/** Everybody who follows calls, in this order. */
export function followAll(desks: readonly { readonly follow: FollowCall }[]): FollowCall {
  return (call) => {
    const followers = desks.map((desk) => desk.follow(call));
    return {
      event(event) {
        for (const follower of followers) follower.event(event);
      },
      command(command) {
        for (const follower of followers) follower.command(command);
      },
      ended() {
        for (const follower of followers) follower.ended();
      },
    };
  };
}

/** Has a call followed. Whatever the follower throws is told to `onFailure` and goes no further. */
export function followSafely(
  follow: FollowCall | undefined,
  { settings, licence, startedAt }: Pick<Admitted, 'settings' | 'licence' | 'startedAt'>,
  say: Pick<FollowedCall, 'command' | 'report'>,
  onFailure: (error: unknown) => void,
): CallFollower {
  const safely = <Result>(step: () => Result): Result | undefined => {
    try {
      return step();
    } catch (error) {
      onFailure(error);
      return undefined;
    }
  };
  const { sessionId, config } = settings;
  const { id: avatarId, name } = config.avatar;
  const call = {
    sessionId,
    projectId: licence.projectId,
    avatar: { avatarId, name },
    language: config.language,
    startedAt,
    ...say,
  };
  const follower = safely(() => follow?.(call)) ?? NOBODY;
  return {
    event: (event) => safely(() => follower.event(event)),
    command: (command) => safely(() => follower.command(command)),
    ended: () => safely(() => follower.ended()),
  };
}

import type { VoiceEvent } from '../../core/voice-port.ts';

/** What follows from an input or a message: the next state, what the service is told, and what the session is told. */
export type WireStep<State, Sent> = {
  readonly state: State;
  readonly messages: readonly Sent[];
  readonly events: readonly VoiceEvent[];
  /** Goes on once the events are told, from the state that the session's answers to them have made. */
  readonly after?: ((state: State) => WireStep<State, Sent>) | undefined;
};

type WireSteps<State, Sent> = {
  readonly step: (state: State, messages?: readonly Sent[], events?: readonly VoiceEvent[]) => WireStep<State, Sent>;
  /** One step and what follows from the state that it leads to. */
  readonly andThen: (
    first: WireStep<State, Sent>,
    next: (state: State) => WireStep<State, Sent>,
  ) => WireStep<State, Sent>;
};

/** How the steps of one service's talk are made and joined. */
export function wireSteps<State, Sent>(): WireSteps<State, Sent> {
  return {
    step: (state, messages = [], events = []) => ({ state, messages, events }),
    andThen(first, next) {
      const second = next(first.state);
      return {
        state: second.state,
        messages: [...first.messages, ...second.messages],
        events: [...first.events, ...second.events],
        after: second.after ?? first.after,
      };
    },
  };
}

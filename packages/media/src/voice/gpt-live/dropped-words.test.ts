import { expect, it } from 'vitest';
import { DEFAULT_TURN_DETECTION, type VoiceEvent, type VoiceInput } from '../../core/voice-port.ts';
import { endWords, fromLive } from './from-live.ts';
import { newTalk, type Step, type TalkState } from './talk-state.ts';
import { toLive } from './to-live.ts';

const STARTED: TalkState = {
  ...newTalk(
    {
      voice: '',
      prompt: '',
      firstMessage: '',
      avatarName: 'Ada',
      language: 'en',
      model: '',
      tools: [],
      turnDetection: DEFAULT_TURN_DETECTION,
    },
    'gpt-5.5',
  ),
  isReady: true,
};
const SOUND = Buffer.from(Int16Array.of(8000, -8000).buffer).toString('base64');
const DROP: VoiceInput = { type: 'user-turn-dropped', itemId: 'a' };

/** A turn of the user whose answer has begun before its words are told. */
function answered(): TalkState {
  let { state } = toLive(STARTED, { type: 'user-turn-started', itemId: 'a' });
  state = fromLive(state, { type: 'session.input_transcript.delta', delta: 'Hello.' }).state;
  state = toLive(state, { type: 'user-turn-stopped', itemId: 'a' }).state;
  return fromLive(state, { type: 'session.output_audio.delta', delta: SOUND }).state;
}

/** The session's answer comes between the events of a step and what goes on after them. */
function tell(step: Step, answer: VoiceInput | null): { state: TalkState; events: readonly VoiceEvent[] } {
  const answered = answer === null ? { state: step.state, events: [] } : toLive(step.state, answer);
  const rest = step.after?.(answered.state) ?? { state: answered.state, events: [] };
  return { state: rest.state, events: [...step.events, ...answered.events, ...rest.events] };
}

it('words that are dropped as they are told take their answer along, which nobody has heard of', () => {
  const { state, events } = tell(endWords(answered()), DROP);
  expect(events).toMatchObject([{ type: 'user-transcript-done', text: 'Hello.' }]);
  const more = fromLive(state, { type: 'session.output_audio.delta', delta: SOUND });
  expect(more.events).toEqual([]);
});

it('words that are dropped later end the answer that was told, once', () => {
  const { state, events } = tell(endWords(answered()), null);
  expect(events.map(({ type }) => type)).toEqual(['user-transcript-done', 'turn-started', 'audio']);
  const dropped = toLive(state, DROP);
  expect(dropped.events).toMatchObject([{ type: 'turn-done' }]);
  expect(toLive(dropped.state, DROP).events).toEqual([]);
  expect(fromLive(dropped.state, { type: 'session.output_audio.delta', delta: SOUND }).events).toEqual([]);
});

it('words that are dropped leave a reply alone that was asked for', () => {
  const asked = toLive(STARTED, { type: 'say', turnId: 'one', text: 'Here I am.' });
  const begun = fromLive(asked.state, { type: 'session.output_audio.delta', delta: SOUND });
  const heard = toLive(begun.state, { type: 'user-turn-started', itemId: 'a' });
  const dropped = toLive(heard.state, DROP);
  expect(dropped.events).toEqual([]);
  expect(fromLive(dropped.state, { type: 'session.output_audio.delta', delta: SOUND }).events).toHaveLength(1);
});

it('a reply without end is told up to its bound, and only the newest calls are kept', () => {
  const say: VoiceInput = { type: 'say', turnId: 'one', text: 'Here I am.' };
  let { state } = fromLive(toLive(STARTED, say).state, { type: 'session.output_audio.delta', delta: SOUND });
  let told = '';
  for (let at = 0; at < 30; at += 1) {
    const next = fromLive(state, { type: 'session.output_transcript.delta', delta: 'x'.repeat(1000) });
    told += next.events.map((event) => (event.type === 'text-delta' ? event.text : '')).join('');
    state = next.state;
  }
  expect([told.length, state.turn?.text.length]).toEqual([20_000, 20_000]);
  for (let at = 0; at < 100; at += 1) {
    const item = { type: 'function_call', call_id: `call_${at}`, name: 'weather', arguments: '{}' } as const;
    state = fromLive(state, { type: 'response.event', event: { type: 'response.output_item.done', item } }).state;
  }
  expect([state.calls.length, state.calls.at(-1)]).toEqual([64, 'call_99']);
});

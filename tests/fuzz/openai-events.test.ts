import { mutateText } from '@visavis/protocol/testing';
import { expect, test } from 'vitest';
import { DEFAULT_TURN_DETECTION } from '../../packages/media/src/core/voice-port.ts';
import { fromWire } from '../../packages/media/src/voice/openai-realtime/from-wire.ts';
import { newTalk, type TalkState } from '../../packages/media/src/voice/openai-realtime/talk-state.ts';
import { readServerMessage } from '../../packages/media/src/voice/openai-realtime/wire-messages.ts';
import { fuzz, textMutation } from './support/fuzz.ts';

const reply = { response_id: 'resp_1', output_index: 0, item_id: 'item_1', content_index: 0 };
const EVENTS = [
  { type: 'session.created', event_id: 'e', session: { id: 's', tools: [] } },
  { type: 'input_audio_buffer.speech_started', event_id: 'e', audio_start_ms: 1000, item_id: 'user_1' },
  { type: 'input_audio_buffer.speech_stopped', event_id: 'e', audio_end_ms: 2000, item_id: 'user_1' },
  { type: 'input_audio_buffer.committed', event_id: 'e', item_id: 'user_1' },
  { type: 'conversation.item.input_audio_transcription.delta', item_id: 'user_1', content_index: 0, delta: 'Hel' },
  {
    type: 'conversation.item.input_audio_transcription.completed',
    item_id: 'user_1',
    transcript: 'Hello',
    usage: null,
  },
  { type: 'conversation.item.input_audio_transcription.failed', item_id: 'user_1', error: { code: 'x', message: 'y' } },
  { type: 'response.created', response: { id: 'resp_1', status: 'in_progress', metadata: { purpose: 'answer' } } },
  { type: 'response.output_item.added', ...reply, item: { id: 'item_1', type: 'message', name: null, call_id: null } },
  { type: 'response.output_audio.delta', ...reply, delta: 'AAAAAAAA' },
  { type: 'response.output_audio_transcript.delta', ...reply, delta: 'Good day.' },
  { type: 'response.output_text.delta', ...reply, delta: 'Good day.' },
  { type: 'response.audio.delta', ...reply, delta: 'AAAA' },
  { type: 'response.function_call_arguments.delta', ...reply, call_id: 'call_1', delta: '{"a":' },
  { type: 'response.function_call_arguments.done', ...reply, call_id: 'call_1', name: 'book', arguments: '{"a":1}' },
  {
    type: 'response.done',
    response: { id: 'resp_1', status: 'failed', status_details: { reason: 'x', error: { code: 'y' } } },
  },
  { type: 'error', error: { type: 'invalid_request_error', code: 'x', message: 'y', param: null, event_id: 'e' } },
];

const settings = {
  voice: 'marin',
  prompt: '',
  firstMessage: '',
  avatarName: 'Ada',
  language: 'en',
  model: '',
  tools: [],
};
const fresh = (): TalkState =>
  newTalk({ ...settings, turnDetection: DEFAULT_TURN_DETECTION }, { isOpenAi: true, turnDetection: 'server_vad' });

test('events of a provider that has lost its mind never stop a talk, nor make it grow without end', async () => {
  let state = fresh();
  let used = 0;
  let fed = 0;
  await fuzz({
    wire: 'openai-events',
    corpus: EVENTS.map((event) => Buffer.from(JSON.stringify(event))),
    mutate: textMutation(mutateText),
    feed(input) {
      const message = readServerMessage(Buffer.from(input).toString('utf8'));
      if (message !== null) {
        state = fromWire(state, message).state;
        used += 1;
      }
      fed += 1;
      // A talk goes on for a while, and is then another one.
      if (fed % 500 !== 0) return;
      expect(JSON.stringify(state).length).toBeLessThan(8_000_000);
      if (fed % 2500 === 0) state = fresh();
    },
  });
  expect(used).toBeGreaterThan(500);
});

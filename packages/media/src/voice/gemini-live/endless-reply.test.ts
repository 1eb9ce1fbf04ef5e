import { expect, it } from 'vitest';
import { DEFAULT_TURN_DETECTION } from '../../core/voice-port.ts';
import { fromWire } from './from-wire.ts';
import { newTalk, newTurn, type TalkState } from './talk-state.ts';

it('a reply without end is told up to its bound, and only the newest calls are kept', () => {
  const config = { voice: '', prompt: '', firstMessage: '', avatarName: 'Ada', language: 'en', model: '', tools: [] };
  let state: TalkState = { ...newTalk({ ...config, turnDetection: DEFAULT_TURN_DETECTION }), turn: newTurn('one') };
  let told = '';
  for (let at = 0; at < 30; at += 1) {
    const next = fromWire(state, { serverContent: { outputTranscription: { text: 'x'.repeat(1000) } } });
    told += next.events.map((event) => (event.type === 'text-delta' ? event.text : '')).join('');
    state = next.state;
  }
  expect([told.length, state.turn?.text.length]).toEqual([20_000, 20_000]);
  const functionCalls = Array.from({ length: 100 }, (_, at) => ({ id: `call_${at}`, name: 'weather' }));
  const { calls } = fromWire(state, { toolCall: { functionCalls } }).state;
  expect([Object.keys(calls).length, Object.keys(calls).at(-1)]).toEqual([64, 'call_99']);
});

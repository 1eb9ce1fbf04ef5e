import { describe, expect, it } from 'vitest';
import * as build from './build-server-message.ts';
import type { ServerMessage } from './server-message.ts';

const SERVERS = [{ urls: ['stun:host:3478'] }, { urls: ['turn:host:3478'], username: 'u', credential: 'p' }];

describe('server message builders', () => {
  it('puts the session id and ICE servers wherever a client looks [20.17] [20.18]', () => {
    expect(build.buildSuccess('s1', [...SERVERS, { urls: ['stun:x'], username: 'half' }])).toEqual({
      type: 'conversation.connected.success',
      message: 'connected',
      session_id: 's1',
      ice_servers: [...SERVERS, { urls: ['stun:x'] }],
      data: { sessionId: 's1', session_id: 's1', message: 'connected', iceServers: [...SERVERS, { urls: ['stun:x'] }] },
    });
  });

  it('doubles the text of an end [20.12]', () => {
    const message = build.buildEnd('invalid-licence');
    expect(message.type).toBe('conversation.connected.fail');
    expect(message.message).toMatch(/license key/);
    expect(message.data).toEqual({ message: message.message, code: 'invalid-licence', retryable: false });
    expect(build.buildConnectionLimit(5).data.message).toContain('Maximum concurrent connections (5)');
  });

  it('gives a tool call as object, as deltas and as text [20.5] [20.6]', () => {
    const call = { turnId: 'resp_1', callId: 'call_1', name: 'add', argumentsJson: '{"a":"2"}', outputIndex: 0 };
    expect(build.buildToolCallDone(call)).toEqual({
      type: 'realtime.response.function_call_arguments.done',
      data: { call_id: 'call_1', name: 'add', function_name: 'add', response_id: 'resp_1', arguments: { a: '2' } },
      raw_data: {
        type: 'response.function_call_arguments.done',
        event_id: 'event_call_1',
        item_id: 'item_call_1',
        response_id: 'resp_1',
        output_index: 0,
        call_id: 'call_1',
        name: 'add',
        arguments: '{"a":"2"}',
      },
    });
    expect(build.buildToolCallDone(call, 'string').data.arguments).toBe('{"a":"2"}');
    expect(build.buildToolCallDone({ ...call, argumentsJson: '[1' }).data.arguments).toEqual({});
  });

  it('puts an answer at both places and line ends right [20.19]', () => {
    const sdp = { type: 'answer', sdp: 'v=0\r\na=b\r\n' };
    expect(build.buildDescription({ type: 'answer', sdp: 'v=0\na=b' })).toEqual({
      type: 'webrtc.signaling.answer',
      sdp,
      data: { sdp },
    });
    expect(build.buildDescription({ type: 'offer', sdp: 'v=0\r\n' })).toEqual({
      type: 'webrtc.signaling.offer',
      data: { sdp: { type: 'offer', sdp: 'v=0\r\n' } },
    });
  });

  it('uses equal ids and texts in all events of a reply [20.9] [20.10] [20.11]', () => {
    const ids = { id: 'r', response_id: 'r', responseId: 'r' };
    expect(build.buildTranscriptDelta('r', 'It ').data).toEqual({ ...ids, content: 'It ', delta: 'It ' });
    expect(build.buildTranscriptDone('r', 'It is.').data).toEqual({ ...ids, content: 'It is.', transcript: 'It is.' });
    expect(build.buildAudioDelta('r', 'AAAA').data).toEqual({ ...ids, delta: 'AAAA' });
    expect(build.buildAudioDone('r', { interrupted: false, playedMs: 1, heardText: 'a' }).data).toMatchObject(ids);
    expect(build.buildUserTranscript('item_1', '')).toEqual({
      type: 'realtime.conversation.item.input_audio_transcription.completed',
      transcript: '',
      data: { id: 'item_1', item_id: 'item_1', content: '', transcript: '' },
    });
    expect(build.buildUserTranscript('item_2', 'Noon?')).toMatchObject({
      transcript: 'Noon?',
      data: { content: 'Noon?', transcript: 'Noon?' },
    });
  });

  it('always has an object in data [19.flutter.needs] [22.8]', () => {
    const messages: ServerMessage[] = [
      build.buildSuccess('s', SERVERS),
      build.buildAmbiguousNameWarning('Leo', 'a1'),
      build.buildEnd('backend-error'),
      build.buildSessionCreated('s'),
      build.buildSessionUpdated('s'),
      build.buildSpeechStarted('i', 1),
      build.buildSpeechStopped('i', 2),
      build.buildToolCallDelta({ turnId: 'r', callId: 'c', name: 'n', delta: '{' }),
      build.buildCandidate({ candidate: 'c', sdpMid: '0', sdpMLineIndex: 0 }),
      build.buildMediaState('connected'),
      build.buildReplyStarted('r'),
      build.buildProblem('voice-failed', 'm'),
    ];
    for (const message of messages) expect(Object.prototype.toString.call(message.data)).toBe('[object Object]');
  });
});

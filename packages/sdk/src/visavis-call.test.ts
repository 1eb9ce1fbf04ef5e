import {
  buildAudioDone,
  buildCandidate,
  buildProblem,
  buildReplySound,
  buildReplyWords,
  buildSessionCreated,
  buildSessionInfo,
  buildSessionUpdated,
  buildSpeechStarted,
  buildSpeechStopped,
  buildSuccess,
  buildTranscriptDelta,
  buildTranscriptDone,
  buildTurnLatency,
  buildUserTranscript,
} from '@visavis/protocol';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { callProblem } from './call-problem.ts';
import { MicrophoneError } from './microphone.ts';
import { bringUp, connected, iceServers, makeCall, offer, settle } from './testing.ts';
import type { WireRecord } from './wire-record.ts';

const chunk = { pcm: new Int16Array(960).fill(7), level: 0.2 };

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('setting up', () => {
  it('connects in the order of the protocol', async () => {
    const { call, world } = makeCall({
      config: { voice: 'marin', prompt: 'Be kind.' },
      history: [
        { role: 'user', text: 'Hi' },
        { role: 'assistant', text: 'Hello' },
      ],
    });
    expect(call.snapshot.state).toBe('idle');
    call.connect();
    expect(world.socket.url).toBe('wss://example.test/wss/v2/realtime-chat?license=key+1&avatarId=a1&visavis=1');
    expect(call.snapshot.state).toBe('connecting');

    world.socket.open();
    expect(world.socket.sent).toEqual([
      { type: 'realtime.input_config', data: { content: '{"voice":"marin","prompt":"Be kind."}' } },
    ]);
    world.socket.receive(buildSuccess('s1', iceServers));
    expect(call.snapshot.sessionId).toBe('s1');
    world.socket.receive(buildSessionCreated('s1'));
    expect(world.socket.sent.slice(1)).toEqual([
      {
        type: 'conversation.item.create',
        item: { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Hi' }] },
      },
      {
        type: 'conversation.item.create',
        item: { type: 'message', role: 'assistant', content: [{ type: 'text', text: 'Hello' }] },
      },
    ]);
    world.socket.receive(buildSessionUpdated('s1'));
    expect(call.snapshot.ready).toBe(true);
    expect(call.snapshot.state).toBe('connecting');

    world.socket.receive(offer);
    await settle();
    expect(world.peer.configuration.iceServers).toEqual(iceServers);
    expect(world.socket.sent.at(-1)).toEqual({
      type: 'webrtc.signaling.answer',
      data: { sdp: { type: 'answer', sdp: 'answer to v=0\r\n' } },
    });
    world.peer.become('connected');
    expect(call.snapshot.state).toBe('connected');
  });

  it('sends no configuration when there is none', () => {
    const { call, world } = makeCall({ config: { voice: '', tools: [] } });
    call.connect();
    world.socket.open();
    expect(world.socket.sent).toEqual([]);
  });

  it('names the avatar when it has no id', () => {
    const { call, world } = makeCall({ avatarId: '', name: 'navtalk.Leo' });
    call.connect();
    expect(world.socket.url).toContain('name=navtalk.Leo');
  });

  it('keeps an offer that came before the success event', async () => {
    const { call, world } = makeCall();
    call.connect();
    world.socket.open();
    world.socket.receive(offer);
    expect(world.peers).toHaveLength(0);
    world.socket.receive(buildSuccess('s1', iceServers));
    await settle();
    expect(world.peers).toHaveLength(1);
    expect(world.socket.typesSent()).toContain('webrtc.signaling.answer');
  });

  it('replaces the peer on a second offer', async () => {
    const { world } = await connected();
    world.socket.receive(offer);
    expect(world.peers).toHaveLength(2);
    expect(world.peers[0]?.closed).toBe(true);
  });

  it('trickles candidates both ways and keeps early ones', async () => {
    const { call, world } = makeCall();
    call.connect();
    world.socket.open();
    world.socket.receive(buildSuccess('s1', iceServers));
    world.socket.receive(offer);
    world.socket.receive(buildCandidate({ candidate: 'candidate:1', sdpMid: '0', sdpMLineIndex: 0 }));
    expect(world.peer.candidates).toHaveLength(0);
    await settle();
    expect(world.peer.candidates).toEqual([{ candidate: 'candidate:1', sdpMid: '0', sdpMLineIndex: 0 }]);
    world.peer.findCandidate('candidate:2');
    expect(world.socket.sent.at(-1)).toEqual({
      type: 'webrtc.signaling.iceCandidate',
      data: { candidate: { candidate: 'candidate:2', sdpMid: '0', sdpMLineIndex: 0 } },
    });
  });

  it('never asks for a greeting: the server greets by itself', async () => {
    const { world } = await connected();
    world.socket.receive(buildSessionUpdated('s1'));
    expect(world.socket.typesSent()).not.toContain('response.create');
  });
});

describe('microphone', () => {
  it('is opened once and heard from the first session.updated on', async () => {
    const { call, world } = makeCall();
    call.connect();
    await settle();
    world.socket.open();
    world.microphones[0]?.listener.onChunk(chunk);
    expect(world.socket.sent).toEqual([]);
    world.socket.receive(buildSuccess('s1', iceServers));
    world.socket.receive(buildSessionUpdated('s1'));
    world.socket.receive(buildSessionUpdated('s1'));
    await settle();
    expect(world.microphones).toHaveLength(1);
    world.microphones[0]?.listener.onChunk(chunk);
    expect(world.socket.typesSent()).toEqual(['realtime.input_audio_buffer.append']);
    const audio = (world.socket.sent[0] as unknown as { data: { audio: string } }).data.audio;
    expect(atob(audio).slice(0, 2)).toBe('\x07\x00');
    expect(atob(audio)).toHaveLength(1920);
  });

  it('is left alone when the page wants it so', async () => {
    const { world } = await connected({ microphone: 'manual' });
    expect(world.microphones).toHaveLength(0);
  });

  it('lets the call live without it', async () => {
    const { call, world } = makeCall();
    world.openMicrophone = async () => {
      throw new MicrophoneError(callProblem('microphone-denied'));
    };
    call.connect();
    await bringUp(world);
    expect(call.snapshot).toMatchObject({ state: 'connected', notice: { code: 'microphone-denied' } });
    expect(call.snapshot.microphone.state).toBe('off');
  });

  it('is released when the device opens after hanging up', async () => {
    const { call, world } = makeCall();
    call.connect();
    call.hangUp();
    await settle();
    expect(world.microphones.map(({ closed }) => closed)).toEqual([true]);
    expect(call.snapshot.microphone.state).toBe('off');
  });

  it('drops sound rather than queueing it when the network is slow', async () => {
    const { call, world } = await connected();
    world.socket.bufferedAmount = 1_000_000;
    const before = world.socket.sent.length;
    world.microphones[0]?.listener.onChunk(chunk);
    expect(world.socket.sent).toHaveLength(before);
    expect(call.droppedChunks).toBe(1);
  });
});

describe('talking', () => {
  it('shows both sides and what the avatar is doing', async () => {
    const { call, world } = await connected();
    const { socket } = world;
    socket.receive(buildSpeechStarted('i1', 0));
    expect(call.snapshot.activity).toBe('hearing');
    socket.receive(buildSpeechStopped('i1', 900));
    expect(call.snapshot.activity).toBe('thinking');
    socket.receive(buildUserTranscript('i1', 'What time is it?'));
    socket.receive(buildTranscriptDelta('r1', 'It is '));
    socket.receive(buildTranscriptDelta('r1', 'noon.'));
    expect(call.snapshot.activity).toBe('speaking');
    expect(call.snapshot.captions).toEqual([
      { id: 'user-i1', speaker: 'user', text: 'What time is it?', status: 'final' },
      { id: 'avatar-r1', speaker: 'avatar', text: 'It is noon.', status: 'streaming' },
    ]);
    socket.receive(buildTranscriptDone('r1', 'It is noon.'));
    socket.receive(buildAudioDone('r1', { interrupted: false, playedMs: 800, heardText: 'It is noon.' }));
    expect(call.snapshot.activity).toBe('listening');
    expect(call.snapshot.captions[1]?.status).toBe('final');
  });

  it('lets captions follow the sound, and stops with it', async () => {
    const { call, world } = await connected();
    const { socket } = world;
    for (const [text, startMs] of [
      ['It is ', 0],
      ['noon.', 2_000],
    ] as const)
      socket.receive(buildTranscriptDelta('r1', text, startMs));
    expect(call.snapshot.captions[0]).toMatchObject({ text: 'It is noon.', heardText: '' });
    socket.receive(buildReplySound('r1', 0, true));
    let changes = 0;
    call.on('change', () => (changes += 1));
    vi.advanceTimersByTime(1_900);
    expect(call.snapshot.captions[0]).toMatchObject({ text: 'It is noon.', heardText: 'It is' });
    expect(changes).toBe(2);
    vi.advanceTimersByTime(1_000);
    expect(call.snapshot.captions[0]?.heardText).toBe('It is noon.');

    const running = vi.getTimerCount();
    socket.receive(buildAudioDone('r1', { interrupted: false, playedMs: 2_800, heardText: 'It is noon.' }));
    expect(call.snapshot.captions[0]).not.toHaveProperty('heardText');
    expect(vi.getTimerCount()).toBe(running - 1);
  });

  it('tells each word as it is heard, and where a reply ends', async () => {
    const { call, world } = await connected();
    const { socket } = world;
    const told: string[] = [];
    call.on('caption', ({ state, words, wordIndex }) => told.push(`${state} ${words[wordIndex]?.text}`));
    socket.receive(buildTranscriptDelta('r1', 'It is noon.', null));
    const words = [
      { text: 'It', startMs: 0, endMs: 300, estimated: true },
      { text: 'is', startMs: 300, endMs: 2_000, estimated: true },
      { text: 'noon', startMs: 2_000, endMs: 2_800, estimated: true },
    ];
    socket.receive(buildReplyWords('r1', words));
    socket.receive(buildReplySound('r1', 0, true));
    expect(told).toEqual([]);
    vi.advanceTimersByTime(1_000);
    expect(told).toEqual(['playing It', 'playing is']);
    expect(call.snapshot.captions[0]?.wordSaid).toEqual({ from: 3, to: 5 });
    socket.receive(buildAudioDone('r1', { interrupted: true, playedMs: 900, heardText: 'It is' }));
    vi.advanceTimersByTime(5_000);
    expect(told).toEqual(['playing It', 'playing is', 'interrupted is']);
  });

  it('sends typed words and asks for the answer', async () => {
    const { call, world } = await connected();
    const before = world.socket.sent.length;
    expect(call.sendText('  Hello  ')).toBe(true);
    expect(world.socket.sent.slice(before)).toEqual([
      {
        type: 'conversation.item.create',
        item: { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Hello' }] },
      },
      { type: 'response.create' },
    ]);
    expect(call.snapshot.captions.at(-1)?.text).toBe('Hello');
    expect(call.sendText('   ')).toBe(false);
  });

  it('cuts the avatar off before typed words', async () => {
    const { call, world } = await connected();
    world.socket.receive(buildTranscriptDelta('r1', 'Once upon'));
    const before = world.socket.sent.length;
    call.sendText('Stop');
    expect(world.socket.typesSent().slice(before)).toEqual([
      'response.cancel',
      'conversation.item.create',
      'response.create',
    ]);
  });

  it('refuses words before the session is ready', () => {
    const { call } = makeCall();
    call.connect();
    expect(call.sendText('Hello')).toBe(false);
    expect(call.interrupt()).toBe(false);
  });

  it('sends pictures', async () => {
    const { call, world } = await connected();
    call.sendImage('data:image/jpeg;base64,AA==', true);
    expect(world.socket.sent.at(-1)).toEqual({
      type: 'realtime.input_image',
      data: { content: 'data:image/jpeg;base64,AA==', reply: 1 },
    });
  });

  it('asks the face for an expression', async () => {
    const { call, world } = await connected();
    expect(call.express('smile', { intensity: 0.6, durationMs: 1500 })).toBe(true);
    expect(world.socket.sent.at(-1)).toEqual({
      type: 'visavis.expression',
      data: { expression: 'smile', intensity: 0.6, durationMs: 1500 },
    });
  });

  it('tells session information, latency and survivable trouble', async () => {
    const { call, world } = await connected();
    world.peer.receiveStream({} as MediaStream);
    world.socket.receive(
      buildSessionInfo({
        sessionId: 's1',
        protocolVersion: '1',
        provider: 'local',
        model: '',
        voice: '',
        language: 'en',
        hears: false,
        sees: true,
        avatar: { avatarId: 'a1', name: 'Iris' },
      }),
    );
    expect(call.snapshot.info).toEqual({ hears: false, sees: true, provider: 'local' });
    world.socket.receive(buildSpeechStopped('i1', 900));
    world.waits.at(-1)?.(420);
    world.socket.receive(
      buildTurnLatency({ turnId: 'r1', transcriptMs: 90, firstTextMs: 150, firstAudioMs: 200, firstSoundMs: 240 }),
    );
    expect(call.snapshot.latency).toEqual({
      transcriptMs: 90,
      firstTextMs: 150,
      firstAudioMs: 200,
      firstSoundMs: 240,
      heardMs: 420,
    });
    world.socket.receive(buildProblem('voice-failed', 'The provider did not answer.'));
    expect(call.snapshot).toMatchObject({
      state: 'connected',
      notice: { code: 'server-trouble', detail: 'The provider did not answer.' },
    });
  });

  it('blanks the latency when the next exchange begins, so that no step is taken for its own', async () => {
    const { call, world } = await connected();
    const steps = { transcriptMs: 90, firstTextMs: 150, firstAudioMs: 200, firstSoundMs: 240 };
    world.socket.receive(buildTurnLatency({ turnId: 'r1', ...steps }));
    expect(call.snapshot.latency).toMatchObject(steps);
    call.sendText('And then?');
    expect(Object.values(call.snapshot.latency ?? {})).toEqual([null, null, null, null, null]);
  });

  it('shows every message both ways to listeners of `wire`, with sound shortened', async () => {
    const { call, world } = makeCall();
    const records: WireRecord[] = [];
    call.on('wire', (record) => records.push(record));
    call.connect();
    await bringUp(world);
    expect(records.map(({ direction, type }) => `${direction} ${type}`)).toEqual([
      'received conversation.connected.success',
      'received realtime.session.created',
      'received realtime.session.updated',
      'received webrtc.signaling.offer',
      'sent webrtc.signaling.answer',
    ]);
    world.microphones[0]?.listener.onChunk(chunk);
    const { atMs, ...sound } = records.at(-1) ?? { atMs: 0 };
    expect(sound).toEqual({
      direction: 'sent',
      type: 'realtime.input_audio_buffer.append',
      message: {
        type: 'realtime.input_audio_buffer.append',
        data: { audio: `${'BwAH'.padEnd(48, 'AAcABwAH').slice(0, 48)}… (2560 characters)` },
      },
    });
    expect(atMs).toBeGreaterThanOrEqual(0);
    world.socket.receiveText('no json');
    expect(records.at(-1)).toMatchObject({ direction: 'received', type: '', message: 'no json' });
  });

  it('ignores what it does not know', async () => {
    const { call, world } = await connected();
    const before = call.snapshot;
    world.socket.receiveText('no json');
    world.socket.receiveText('{"type":"visavis.future","data":{}}');
    world.socket.receiveText('[1]');
    expect(call.snapshot).toBe(before);
  });
});

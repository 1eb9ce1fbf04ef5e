import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { callProblem } from './call-problem.ts';
import { Camera } from './camera.ts';
import { canChooseSpeaker, listDevices, watchDevices } from './devices.ts';
import { MicrophoneCheck } from './microphone-check.ts';
import { SpeakerChoice } from './speaker-choice.ts';
import { connected, ScriptedWorld, settle } from './testing.ts';

type Listed = Pick<MediaDeviceInfo, 'kind' | 'deviceId' | 'label'>;

/** What is plugged in, as the browser lists it. */
class PluggedIn extends EventTarget {
  devices: Listed[] = [];

  async enumerateDevices(): Promise<Listed[]> {
    return this.devices;
  }

  become(...devices: Listed[]): void {
    this.devices = devices;
    this.dispatchEvent(new Event('devicechange'));
  }
}

const microphone = (deviceId: string): Listed => ({ kind: 'audioinput', deviceId, label: `Microphone ${deviceId}` });
const speaker = (deviceId: string): Listed => ({ kind: 'audiooutput', deviceId, label: `Speaker ${deviceId}` });
const camera = (deviceId: string): Listed => ({ kind: 'videoinput', deviceId, label: `Camera ${deviceId}` });

let media: PluggedIn;

beforeEach(() => {
  vi.useFakeTimers();
  media = new PluggedIn();
  vi.stubGlobal('navigator', { mediaDevices: media });
  vi.stubGlobal('HTMLMediaElement', class {});
  Object.assign(HTMLMediaElement.prototype, { setSinkId: () => undefined });
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

describe('the list of devices', () => {
  it('has those that a person can tell apart, once each, and follows what is plugged in', async () => {
    media.devices = [microphone(''), microphone('default'), microphone('communications'), microphone('a')];
    media.devices.push({ ...microphone('unnamed'), label: '' }, speaker('default'), speaker('s'), camera('c'));
    expect(await listDevices()).toEqual({
      microphones: [{ deviceId: 'a', label: 'Microphone a' }],
      speakers: [{ deviceId: 's', label: 'Speaker s' }],
      cameras: [{ deviceId: 'c', label: 'Camera c' }],
    });
    const counts: number[] = [];
    const stop = watchDevices(({ microphones }) => counts.push(microphones.length));
    await settle();
    media.become(microphone('a'), microphone('b'));
    await settle();
    stop();
    media.become();
    await settle();
    expect(counts).toEqual([1, 2]);
  });

  it('is empty where the browser tells nothing, and has no speakers where none can be chosen', async () => {
    vi.stubGlobal('HTMLMediaElement', class {});
    media.devices = [speaker('s')];
    expect([canChooseSpeaker(), (await listDevices()).speakers]).toEqual([false, []]);
    media.enumerateDevices = () => Promise.reject(new Error('not allowed'));
    expect((await listDevices()).microphones).toEqual([]);
    vi.stubGlobal('navigator', {});
    expect((await listDevices()).microphones).toEqual([]);
  });
});

describe('another microphone', () => {
  it('takes over in mid-call, muted as it was, and the old one is let go', async () => {
    const { call, world } = await connected();
    call.setMuted(true);
    expect(await call.setMicrophone('b')).toBe(true);
    expect(world.microphones.map(({ options, closed }) => [options.deviceId, closed])).toEqual([
      [undefined, true],
      ['b', false],
    ]);
    expect(call.snapshot.microphone).toMatchObject({ state: 'on', muted: true, device: { deviceId: 'b' } });
    await call.setMicrophone('b');
    expect(world.microphones).toHaveLength(2);
    await call.setMicrophone(null);
    expect(world.microphones.at(-1)?.options.deviceId).toBeUndefined();
  });

  it('stays off where the microphone is off, and is taken by the next start', async () => {
    const { call, world } = await connected({ microphone: 'manual' });
    expect(await call.setMicrophone('b')).toBe(true);
    expect([world.microphones.length, call.snapshot.microphone.state]).toEqual([0, 'off']);
    await call.startMicrophone();
    expect(call.snapshot.microphone.device?.deviceId).toBe('b');
  });

  it('that is not there is stood in for, also when it is lost in mid-call, and takes over when it is plugged in', async () => {
    const world = await worldWith('b');
    expect(world.call.snapshot.microphone).toMatchObject({ state: 'on', device: { deviceId: '' } });
    expect(world.call.snapshot.notice).toBeNull();
    world.there.add('b');
    media.become(microphone('a'), microphone('b'));
    await settle();
    expect(world.call.snapshot.microphone.device?.deviceId).toBe('b');

    world.there.delete('b');
    world.world.microphones.at(-1)?.listener.onLost(callProblem('microphone-lost'));
    await vi.advanceTimersByTimeAsync(250);
    expect(world.call.snapshot).toMatchObject({ notice: null, microphone: { state: 'on', device: { deviceId: '' } } });
    // Others that come and go change nothing.
    const opened = world.world.microphones.length;
    media.become(microphone('a'), microphone('c'));
    await settle();
    expect(world.world.microphones).toHaveLength(opened);
    world.there.add('b');
    media.become(microphone('b'));
    await settle();
    expect(world.call.snapshot.microphone.device?.deviceId).toBe('b');
    world.call.hangUp();
    media.become(microphone('b'));
    await settle();
    expect(world.call.snapshot.microphone.state).toBe('off');
  });

  it('that is taken by another program is told of', async () => {
    const { call, world } = await connected();
    world.openMicrophone = async () => {
      throw new DOMException('busy', 'NotReadableError');
    };
    expect(await call.setMicrophone('b')).toBe(false);
    expect(call.snapshot).toMatchObject({ notice: { code: 'microphone-busy' }, microphone: { state: 'off' } });
  });

  it('that works ends the trouble with the one before, busy or silent', async () => {
    const silent = await connected();
    silent.world.microphones[0]?.listener.onStalled(true);
    expect(silent.call.snapshot.notice?.code).toBe('microphone-silent');
    expect(await silent.call.setMicrophone('b')).toBe(true);
    expect(silent.call.snapshot).toMatchObject({ notice: null, microphone: { state: 'on', stalled: false } });

    const busy = await connected({ microphone: 'manual' });
    const open = busy.world.openMicrophone;
    busy.world.openMicrophone = async (listener, options) => {
      if (options.deviceId === undefined) throw new DOMException('busy', 'NotReadableError');
      return open(listener, options);
    };
    await busy.call.startMicrophone();
    expect(busy.call.snapshot.notice?.code).toBe('microphone-busy');
    expect(await busy.call.setMicrophone('b')).toBe(true);
    expect(busy.call.snapshot).toMatchObject({ notice: null, microphone: { device: { deviceId: 'b' } } });
    const check = new MicrophoneCheck({}, busy.world.environment);
    await check.start();
    expect(check.state.problem?.code).toBe('microphone-busy');
    await check.setMicrophone('b');
    expect(check.state).toMatchObject({ problem: null, microphone: { state: 'on' } });
    check.stop();
  });

  it('that is plugged in while another program has it leaves the person heard', async () => {
    const { call, world, there, busy } = await worldWith('b');
    there.add('b');
    busy.add('b');
    media.become(microphone('a'), microphone('b'));
    await settle();
    expect(call.snapshot).toMatchObject({ notice: null, microphone: { state: 'on', device: { deviceId: '' } } });
    expect(world.microphones.at(-1)?.closed).toBe(false);
    busy.delete('b');
    media.become(microphone('b'));
    await settle();
    expect(call.snapshot.microphone.device?.deviceId).toBe('b');
  });

  it("by an empty name is the browser's own, as an option and in mid-call", async () => {
    const { call, world } = await connected({ microphoneOptions: { deviceId: '' } });
    expect(await call.setMicrophone('')).toBe(true);
    expect(world.microphones.map(({ options, closed }) => [options.deviceId, closed])).toEqual([[undefined, false]]);
  });

  /** A call whose chosen microphone is not there at first. */
  async function worldWith(deviceId: string) {
    const there = new Set<string>();
    const busy = new Set<string>();
    const { call, world } = await connected({ microphone: 'manual', microphoneOptions: { deviceId } });
    const open = world.openMicrophone;
    world.openMicrophone = async (listener, options) => {
      if (options.deviceId !== undefined && !there.has(options.deviceId))
        throw new DOMException('gone', 'OverconstrainedError');
      if (options.deviceId !== undefined && busy.has(options.deviceId))
        throw new DOMException('busy', 'NotReadableError');
      return open(listener, options);
    };
    await call.startMicrophone();
    return { call, world, there, busy };
  }
});

describe('a speaker', () => {
  class Player {
    sinkId = '';
    readonly refuses: boolean;

    constructor({ refuses = false } = {}) {
      this.refuses = refuses;
    }

    async setSinkId(deviceId: string): Promise<void> {
      if (this.refuses && deviceId !== '') throw new DOMException('no', 'NotAllowedError');
      this.sinkId = deviceId;
    }
  }

  it('is used by the element of now, is stood in for while it is away, and is let go', async () => {
    const [first, second, choice] = [new Player(), new Player(), new SpeakerChoice()];
    media.devices = [speaker('s')];
    expect(await choice.choose('s')).toBe(true);
    choice.follow(first);
    await settle();
    expect(first.sinkId).toBe('s');
    media.become();
    await settle();
    expect(first.sinkId).toBe('');
    media.become(speaker('s'));
    await settle();
    expect(first.sinkId).toBe('s');
    choice.follow(second);
    await settle();
    expect(second.sinkId).toBe('s');
    expect([await choice.choose(null), second.sinkId]).toEqual([true, '']);
    await choice.choose('s');
    choice.close();
    media.become();
    await settle();
    expect(second.sinkId).toBe('s');
  });

  it('that cannot be had leaves the sound where it is heard', async () => {
    media.devices = [speaker('s')];
    const refusing = new Player({ refuses: true });
    const choice = new SpeakerChoice();
    choice.follow(refusing);
    expect([await choice.choose('s'), refusing.sinkId]).toEqual([false, '']);
    expect(await choice.choose('another')).toBe(false);
    choice.follow({});
    expect([await choice.choose('s'), await choice.choose(null)]).toEqual([false, true]);
    choice.close();
  });

  it('that refuses late does not take the sound from the one chosen meanwhile', async () => {
    media.devices = [speaker('s'), speaker('t')];
    const player = new Player();
    let refuse = () => {};
    const choice = new SpeakerChoice();
    choice.follow({
      setSinkId: (deviceId) =>
        deviceId === 's'
          ? new Promise((_resolve, reject) => {
              refuse = () => reject(new DOMException('no', 'AbortError'));
            })
          : player.setSinkId(deviceId),
    });
    const first = choice.choose('s');
    await settle();
    expect(await choice.choose('t')).toBe(true);
    refuse();
    expect([await first, player.sinkId]).toEqual([false, 't']);
    choice.close();
  });

  it('is not looked for after the call', async () => {
    media.devices = [speaker('s')];
    const { call } = await connected();
    call.hangUp();
    const listens = vi.spyOn(media, 'addEventListener');
    expect(await call.setSpeaker('s')).toBe(false);
    expect(listens).not.toHaveBeenCalled();
  });
});

class FilmTrack extends EventTarget {
  stopped = false;

  stop(): void {
    this.stopped = true;
  }
}

/** A stream of one camera that can be pulled out. */
class Film {
  readonly track = new FilmTrack();
  readonly deviceId: string | null;

  constructor(deviceId: string | null) {
    this.deviceId = deviceId;
  }

  getTracks = () => [this.track];
  getVideoTracks = () => [this.track];
}

describe('a camera', () => {
  const films: Film[] = [];
  const present = new Set<string | null>([null, 'a', 'b']);
  const openCamera = async (deviceId: string | null): Promise<MediaStream> => {
    if (!present.has(deviceId)) throw Object.assign(new Error('no such device'), { name: 'OverconstrainedError' });
    const film = new Film(deviceId);
    films.push(film);
    return film as unknown as MediaStream;
  };
  const createPhotographer = () => ({ take: () => 'data:image/jpeg;base64,AA==', stop: () => undefined });
  const make = () => new Camera({ openCamera, createPhotographer });
  beforeEach(() => films.splice(0));

  it('is chosen before it is on and while it is, and let go', async () => {
    const own = make();
    await own.setCamera('a');
    expect([own.state.state, films.length]).toEqual(['off', 0]);
    expect(await own.start()).toBe(true);
    expect(await own.setCamera('b')).toBe(true);
    expect(films.map(({ deviceId, track }) => [deviceId, track.stopped])).toEqual([
      ['a', true],
      ['b', false],
    ]);
    own.stop();
    expect([own.state, films[1]?.track.stopped]).toEqual([{ state: 'off', stream: null, problem: null }, true]);
  });

  it('that is pulled out is off and says so, and no other one takes its place unasked', async () => {
    const own = make();
    await own.setCamera('a');
    await own.start();
    films[0]?.track.dispatchEvent(new Event('ended'));
    expect([own.state.state, own.state.problem?.code, films.length]).toEqual(['off', 'camera-lost', 1]);
    present.delete('a');
    expect(await own.start()).toBe(false);
    expect([own.state.state, own.state.problem?.code]).toEqual(['off', 'camera-missing']);
    present.add('a');
  });

  it('that opens after it was switched off is let go', async () => {
    const own = make();
    const opening = own.start();
    own.stop();
    expect([await opening, own.state.state, films[0]?.track.stopped]).toEqual([false, 'off', true]);
  });

  it('shows the avatar a picture at most every three seconds, while it is on', async () => {
    const { call, world } = await connected();
    const own = make();
    expect(own.show(call)).toBe(false);
    await own.start();
    expect([own.show(call), own.show(call)]).toEqual([true, false]);
    vi.advanceTimersByTime(3_001);
    expect(own.show(call)).toBe(true);
    own.stop();
    vi.advanceTimersByTime(3_001);
    expect(own.show(call)).toBe(false);
    const sent = world.socket.sent.filter(({ type }) => type === 'realtime.input_image');
    expect(sent).toHaveLength(2);
    expect(sent[0]).toMatchObject({ data: { content: 'data:image/jpeg;base64,AA==' } });
  });
});

describe('a microphone that is tried out', () => {
  it('tells its level and what is wrong, changes over, and is let go', async () => {
    const world = new ScriptedWorld();
    const check = new MicrophoneCheck({}, world.environment);
    const levels: number[] = [];
    check.on('level', (level) => levels.push(level));
    expect(await check.start()).toBe(true);
    world.microphones[0]?.listener.onChunk({ pcm: new Int16Array(960), level: 0.3 });
    expect(levels.at(-1)).toBe(0.3);
    await check.setMicrophone('b');
    expect(check.state.microphone.device?.deviceId).toBe('b');
    world.microphones[1]?.listener.onStalled(true);
    expect(check.state.problem?.code).toBe('microphone-silent');
    check.stop();
    expect(check.state).toMatchObject({ problem: null, microphone: { state: 'off' } });
    expect(world.microphones.every(({ closed }) => closed)).toBe(true);

    world.openMicrophone = async () => {
      throw new DOMException('no', 'NotAllowedError');
    };
    expect(await check.start()).toBe(false);
    expect(check.state.problem?.code).toBe('microphone-denied');
  });
});

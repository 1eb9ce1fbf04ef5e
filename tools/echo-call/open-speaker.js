// Runs inside a page before its own scripts. Its microphone hears what the call plays, as on an open speaker: delayed,
// softer, with the reflections of a room and its noise, and now and then a person. What the socket receives is kept, with
// the time of the page's clock (`performance.now()`). Wants `openSpeakerOptions`.
(() => {
  const RATE_HZ = 48_000;
  /** The longest delay that can be set. */
  const MAX_DELAY_S = 20;
  /** A living room: sound falls by 60 dB in this time. */
  const REVERBERATION_MS = 350;
  /** Noise of the room and the microphone: -65 dB of full scale. */
  const NOISE_AMPLITUDE = 0.00056;
  const LOOK_INTERVAL_MS = 50;
  const AUDIBLE_RMS = 0.01;
  const { levelDb, delayMs, reverberant } = globalThis.openSpeakerOptions;

  const events = [];
  let socket = null;
  let room = null;
  let peer = null;

  /** The direct sound and eighty reflections, together as loud as the echo shall be. */
  function roomResponse(context) {
    const buffer = context.createBuffer(1, (RATE_HZ * REVERBERATION_MS) / 1000 + 1, RATE_HZ);
    const taps = buffer.getChannelData(0);
    taps[0] = 1;
    for (let k = 0; reverberant && k < 80; k += 1) {
      const afterMs = 3 + Math.random() * (REVERBERATION_MS - 3);
      const decay = 10 ** ((-3 * afterMs) / REVERBERATION_MS);
      taps[Math.round((afterMs * RATE_HZ) / 1000)] += 0.35 * decay * (2 * Math.random() - 1) * Math.sqrt(3);
    }
    const power = taps.reduce((sum, gain) => sum + gain * gain, 0);
    for (let k = 0; k < taps.length; k += 1) taps[k] *= 10 ** (levelDb / 20) / Math.sqrt(power);
    return buffer;
  }

  function noise(context) {
    const buffer = context.createBuffer(1, RATE_HZ * 2, RATE_HZ);
    const samples = buffer.getChannelData(0);
    // Uniform noise of this power.
    for (let k = 0; k < samples.length; k += 1) samples[k] = (2 * Math.random() - 1) * Math.sqrt(3) * NOISE_AMPLITUDE;
    return new AudioBufferSourceNode(context, { buffer, loop: true });
  }

  function meter(context, input) {
    const analyser = new AnalyserNode(context, { fftSize: 2048 });
    input.connect(analyser);
    const samples = new Float32Array(analyser.fftSize);
    return () => {
      analyser.getFloatTimeDomainData(samples);
      return samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
    };
  }

  function openRoom() {
    const context = new AudioContext({ sampleRate: RATE_HZ, latencyHint: 'interactive' });
    void context.resume();
    const speaker = new GainNode(context);
    const delay = new DelayNode(context, { maxDelayTime: MAX_DELAY_S, delayTime: delayMs / 1000 });
    const path = new ConvolverNode(context, { disableNormalization: true, buffer: roomResponse(context) });
    const microphone = new MediaStreamAudioDestinationNode(context, { channelCount: 1 });
    speaker.connect(delay).connect(path).connect(microphone);
    const hiss = noise(context);
    hiss.connect(microphone);
    hiss.start();
    const playedPower = meter(context, speaker);
    const echoPower = meter(context, path);
    const measured = { looks: 0, audibleLooks: 0, playedPower: 0, echoPower: 0 };
    setInterval(() => {
      const played = playedPower();
      measured.looks += 1;
      measured.audibleLooks += Number(played > AUDIBLE_RMS ** 2);
      measured.playedPower += played;
      measured.echoPower += echoPower();
    }, LOOK_INTERVAL_MS);
    return { context, speaker, delay, microphone, measured };
  }

  function theRoom() {
    room ??= openRoom();
    return room;
  }

  const PlainPeer = globalThis.RTCPeerConnection;
  globalThis.RTCPeerConnection = class extends PlainPeer {
    constructor(...parts) {
      super(...parts);
      peer = this;
      this.addEventListener('track', ({ track }) => {
        if (track.kind !== 'audio') return;
        const { context, speaker } = theRoom();
        new MediaStreamAudioSourceNode(context, { mediaStream: new MediaStream([track]) }).connect(speaker);
      });
    }
  };

  // Each taker gets tracks of its own, which it may stop.
  navigator.mediaDevices.getUserMedia = async () => theRoom().microphone.stream.clone();

  const PlainSocket = globalThis.WebSocket;
  globalThis.WebSocket = class extends PlainSocket {
    constructor(...parts) {
      super(...parts);
      socket = this;
      this.addEventListener('message', ({ data }) => {
        const { type, data: details } = JSON.parse(data);
        events.push({ atMs: performance.now(), type, data: details ?? {} });
      });
      this.addEventListener('close', () => events.push({ atMs: performance.now(), type: '(lost)', data: {} }));
    }
  };

  globalThis.openSpeaker = {
    /** What was received since the last look. */
    takeEvents: () => events.splice(0),
    /** What was measured so far, and what the browser says of the sound that it received. */
    async measured() {
      const received = [...(await peer.getStats()).values()].find(
        ({ type, kind }) => type === 'inbound-rtp' && kind === 'audio',
      );
      const { jitterBufferDelay, jitterBufferEmittedCount, concealedSamples, totalSamplesReceived } = received;
      return {
        ...theRoom().measured,
        bufferedMs: (jitterBufferDelay / jitterBufferEmittedCount) * 1000,
        concealedShare: concealedSamples / totalSamplesReceived,
      };
    },
    /** Says whether there was a connection to send it by. */
    send(message) {
      const isOpen = socket.readyState === PlainSocket.OPEN;
      if (isOpen) socket.send(JSON.stringify(message));
      return isOpen;
    },
    nowMs: () => performance.now(),
    /** A person says what is in this WAV (base64). Resolves at once with the times of its first and last sample. */
    async speak(base64) {
      const { context, microphone } = theRoom();
      const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
      const buffer = await context.decodeAudioData(bytes.buffer);
      const source = new AudioBufferSourceNode(context, { buffer });
      source.connect(microphone);
      source.start();
      const startMs = performance.now();
      return { startMs, endMs: startMs + buffer.duration * 1000 };
    },
  };
})();

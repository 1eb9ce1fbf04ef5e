// Runs inside a page. A client that behaves as NavTalk's published browser clients do: plain getUserMedia, a
// ScriptProcessor of 8192 samples cut into base64 slices of 4096 characters, the microphone opened on `session.updated`,
// the server's offer answered at once, own candidates trickled, the server's candidates ignored. It keeps every event.
(() => {
  const events = [];
  const state = {
    socket: null,
    peer: null,
    video: null,
    microphone: null,
    sentFrames: 0,
    connectedAtMs: null,
    firstFrameAtMs: null,
  };

  function send(message) {
    if (state.socket?.readyState === WebSocket.OPEN) state.socket.send(JSON.stringify(message));
  }

  function sliceToBase64(samples) {
    const bytes = new Uint8Array(
      new Int16Array(samples.map((sample) => Math.max(-1, Math.min(1, sample)) * 32767)).buffer,
    );
    let binary = '';
    for (const byte of bytes) binary += String.fromCharCode(byte);
    return btoa(binary);
  }

  async function openMicrophone() {
    const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
    const context = new AudioContext({ sampleRate: 24000 });
    const processor = context.createScriptProcessor(8192, 1, 1);
    processor.onaudioprocess = (event) => {
      const encoded = sliceToBase64(Array.from(event.inputBuffer.getChannelData(0)));
      for (let start = 0; start < encoded.length; start += 4096) {
        send({ type: 'realtime.input_audio_buffer.append', data: { audio: encoded.slice(start, start + 4096) } });
        state.sentFrames += 1;
      }
    };
    context.createMediaStreamSource(stream).connect(processor);
    processor.connect(context.destination);
    state.microphone = { stream, context, startedAtMs: performance.now() };
  }

  async function answer(offer, iceServers, options) {
    const peer = new RTCPeerConnection({ iceServers });
    state.peer = peer;
    peer.ontrack = (event) => {
      state.video.srcObject = event.streams[0];
    };
    peer.oniceconnectionstatechange = () => {
      if (peer.iceConnectionState === 'connected') state.connectedAtMs ??= performance.now();
    };
    peer.onicecandidate = (event) => {
      if (event.candidate) send({ type: 'webrtc.signaling.iceCandidate', data: { candidate: event.candidate } });
    };
    await peer.setRemoteDescription(offer);
    await peer.setLocalDescription(await peer.createAnswer());
    send({ type: 'webrtc.signaling.answer', data: { sdp: peer.localDescription } });
    if (options.codecSeen) options.codecSeen(peer);
  }

  globalThis.navtalk = {
    events,
    state,
    send,
    /** Opens a call; `microphone: false` leaves it silent. */
    connect(url, options = {}) {
      state.video = document.createElement('video');
      state.video.autoplay = true;
      state.video.playsInline = true;
      state.video.requestVideoFrameCallback(() => {
        state.firstFrameAtMs = performance.now();
      });
      document.body.append(state.video);
      let iceServers = [];
      state.startedAtMs = performance.now();
      state.socket = new WebSocket(url);
      state.socket.onclose = (event) => {
        events.push({ atMs: performance.now(), message: { type: '(closed)', code: event.code, reason: event.reason } });
      };
      state.socket.onopen = () => {
        if (options.config) send({ type: 'realtime.input_config', data: { content: JSON.stringify(options.config) } });
      };
      state.socket.onmessage = (event) => {
        const message = JSON.parse(event.data);
        events.push({ atMs: performance.now(), message });
        if (message.type === 'conversation.connected.success') iceServers = message.data.iceServers;
        if (message.type === 'realtime.session.updated' && options.microphone !== false) void openMicrophone();
        if (message.type === 'webrtc.signaling.offer') void answer(message.data.sdp, iceServers, options);
      };
    },
    hangUp() {
      for (const track of state.microphone?.stream.getTracks() ?? []) track.stop();
      void state.microphone?.context.close();
      state.peer?.close();
      state.socket?.close();
      state.video?.remove();
    },
    async report() {
      const report = [];
      for (const value of (await state.peer.getStats()).values()) report.push(value);
      return report;
    },
  };
})();

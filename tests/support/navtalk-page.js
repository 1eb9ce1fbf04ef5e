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

  const IS_V1 = { append: (audio) => ({ type: 'input_audio_buffer.append', audio }) };
  const IS_V2 = { append: (audio) => ({ type: 'realtime.input_audio_buffer.append', data: { audio } }) };
  let protocol = IS_V2;

  async function openMicrophone() {
    const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
    const context = new AudioContext({ sampleRate: 24000 });
    const processor = context.createScriptProcessor(8192, 1, 1);
    processor.onaudioprocess = (event) => {
      const encoded = sliceToBase64(Array.from(event.inputBuffer.getChannelData(0)));
      for (let start = 0; start < encoded.length; start += 4096) {
        send(protocol.append(encoded.slice(start, start + 4096)));
        state.sentFrames += 1;
      }
    };
    context.createMediaStreamSource(stream).connect(processor);
    processor.connect(context.destination);
    state.microphone = { stream, context, startedAtMs: performance.now() };
  }

  function openVideo() {
    state.video = document.createElement('video');
    state.video.autoplay = true;
    state.video.playsInline = true;
    state.video.requestVideoFrameCallback(() => {
      state.firstFrameAtMs = performance.now();
    });
    document.body.append(state.video);
    state.startedAtMs = performance.now();
  }

  function keepEnd(socket, type) {
    socket.onclose = (event) => {
      events.push({ atMs: performance.now(), message: { type, code: event.code, reason: event.reason } });
    };
  }

  function openPeer(iceServers, onCandidate) {
    const peer = new RTCPeerConnection({ iceServers });
    state.peer = peer;
    peer.ontrack = (event) => {
      state.video.srcObject = event.streams[0];
    };
    peer.oniceconnectionstatechange = () => {
      if (peer.iceConnectionState === 'connected') state.connectedAtMs ??= performance.now();
    };
    peer.onicecandidate = (event) => {
      if (event.candidate) onCandidate(event.candidate);
    };
    return peer;
  }

  async function answer(offer, iceServers, options) {
    const peer = openPeer(iceServers, (candidate) => {
      send({ type: 'webrtc.signaling.iceCandidate', data: { candidate } });
    });
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
      openVideo();
      let iceServers = [];
      state.socket = new WebSocket(url);
      keepEnd(state.socket, '(closed)');
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
    /** The same by NavTalk's first protocol: events on one socket, signalling on another, both opened at once. */
    connectV1(url, signallingUrl, license, options = {}) {
      protocol = IS_V1;
      openVideo();
      state.socket = new WebSocket(url);
      keepEnd(state.socket, '(closed)');
      state.socket.onmessage = (event) => {
        const message = JSON.parse(event.data);
        events.push({ atMs: performance.now(), message });
        if (message.type === 'session.created') {
          const turnDetection = {
            type: 'server_vad',
            threshold: 0.5,
            prefix_padding_ms: 300,
            silence_duration_ms: 500,
          };
          send({
            type: 'session.update',
            session: { instructions: 'You are a helper.', turn_detection: turnDetection },
          });
        }
        if (message.type === 'session.updated' && options.microphone !== false) void openMicrophone();
      };
      const signalling = new WebSocket(signallingUrl);
      keepEnd(signalling, '(signalling closed)');
      const tell = (message) => signalling.send(JSON.stringify(message));
      signalling.onopen = () => tell({ type: 'create', targetSessionId: license });
      signalling.onmessage = async (event) => {
        const message = JSON.parse(event.data);
        events.push({ atMs: performance.now(), message });
        const { targetSessionId } = message;
        if (message.type === 'iceCandidate') await state.peer.addIceCandidate(message.candidate);
        if (message.type !== 'offer') return;
        const peer = openPeer([{ urls: 'stun:127.0.0.1:9' }], (candidate) => {
          tell({ type: 'iceCandidate', targetSessionId, candidate });
        });
        await peer.setRemoteDescription(message.sdp);
        await peer.setLocalDescription(await peer.createAnswer());
        tell({ type: 'answer', targetSessionId, sdp: peer.localDescription });
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

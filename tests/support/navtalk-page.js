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
    heardCandidates: [],
    takenAnswers: 0,
    filmPx: 0,
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

  const firstProtocol = { append: (audio) => ({ type: 'input_audio_buffer.append', audio }) };
  const secondProtocol = { append: (audio) => ({ type: 'realtime.input_audio_buffer.append', data: { audio } }) };
  let protocol = secondProtocol;

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

  /**
   * Takes the offer as a published client does. By `habits`: one codec alone, our candidates as they trickle in place of those in the
   * offer, no ICE servers, or an answer that waits for all of its own candidates and trickles none.
   */
  async function answer(offer, iceServers, habits) {
    const peer = openPeer(habits.usesServers === false ? [] : iceServers, (candidate) => {
      if (!habits.answersWhole) send({ type: 'webrtc.signaling.iceCandidate', data: { candidate } });
    });
    const sdp = habits.hearsCandidates ? offer.sdp.replace(/a=(candidate:.*|end-of-candidates)\r\n/g, '') : offer.sdp;
    await peer.setRemoteDescription({ type: 'offer', sdp });
    if (habits.onlyCodec) {
      const video = peer.getTransceivers().find(({ receiver }) => receiver.track.kind === 'video');
      const { codecs } = RTCRtpReceiver.getCapabilities('video');
      video.setCodecPreferences(codecs.filter(({ mimeType }) => mimeType === habits.onlyCodec));
    }
    await peer.setLocalDescription(await peer.createAnswer());
    if (habits.answersWhole) {
      while (peer.iceGatheringState !== 'complete') {
        await new Promise((resolve) => peer.addEventListener('icegatheringstatechange', resolve, { once: true }));
      }
    }
    send({ type: 'webrtc.signaling.answer', data: { sdp: peer.localDescription } });
    for (const candidate of state.heardCandidates) await peer.addIceCandidate(candidate);
  }

  /** Those that come before there is an offer to add them to wait. */
  async function hearCandidate({ data: { candidate } }) {
    if (typeof candidate.sdpMid !== 'string' || typeof candidate.sdpMLineIndex !== 'number') return;
    if (state.peer?.localDescription) await state.peer.addIceCandidate(candidate);
    else state.heardCandidates.push(candidate);
  }

  async function hearAnswer({ sdp }) {
    await state.peer.setRemoteDescription(sdp);
    state.takenAnswers += 1;
  }

  /** As Flutter's sample of the first protocol does, which asks for no reply behind the result. */
  async function runHostedTool({ call_id: callId, arguments: given }, license) {
    const answer = await fetch('/api/realtime_function_call', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ userInput: JSON.parse(given).userInput, license, chatId: 'chat' }),
    });
    const output = await answer.text();
    send({ type: 'conversation.item.create', item: { type: 'function_call_output', call_id: callId, output } });
  }

  globalThis.navtalk = {
    events,
    state,
    send,
    /** Opens a call; `microphone: false` leaves it silent. */
    connect(url, options = {}) {
      openVideo();
      const { habits = {} } = options;
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
        if (message.type === 'webrtc.signaling.offer') void answer(message.data.sdp, iceServers, habits);
        if (message.type === 'webrtc.signaling.iceCandidate' && habits.hearsCandidates) void hearCandidate(message);
        if (message.type === 'webrtc.signaling.answer') void hearAnswer(habits.readsAtTop ? message : message.data);
      };
    },
    /** The same by NavTalk's first protocol: events on one socket, signalling on another, both opened at once. */
    connectV1(url, signallingUrl, license, options = {}) {
      protocol = firstProtocol;
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
          const parameters = { type: 'object', properties: { userInput: { type: 'string' } } };
          const description = 'Closes the talk.';
          const tools = [{ type: 'function', name: 'function_call_close_talk', description, parameters }];
          send({
            type: 'session.update',
            session: { instructions: 'You are a helper.', turn_detection: turnDetection, tools },
          });
        }
        if (message.type === 'response.function_call_arguments.done') void runHostedTool(message, license);
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
    /** An offer in mid-call, as browsers want one for a camera. */
    async offer() {
      state.peer.addTransceiver('video', { direction: 'sendonly' });
      await state.peer.setLocalDescription(await state.peer.createOffer());
      send({ type: 'webrtc.signaling.offer', data: { sdp: state.peer.localDescription } });
    },
    /** The floating window of the WordPress plugin: an avatar of the list, its picture, and a call with the key as it is. */
    async floatFirst(server, license) {
      const answer = await fetch(`${server}/api/open/v1/avatar/list`, { headers: { license } });
      const { code, message, data } = await answer.json();
      if (answer.status !== 200 || code !== 200) throw new Error(message);
      const [avatar] = data.filter(({ status }) => status === 'SUCCESS');
      const poster = new Image();
      poster.src = avatar.thumbnailUrl;
      await poster.decode();
      const floating = document.createElement('div');
      floating.style = 'position: fixed; right: 1rem; bottom: 1rem';
      document.body.append(floating);
      floating.append(poster);
      if (avatar.videoFile) {
        const film = Object.assign(document.createElement('video'), { src: avatar.url, muted: true, loop: true });
        floating.replaceChildren(film);
        await film.play();
        state.filmPx = film.videoWidth;
      }
      const query = `license=${license}&avatarId=${avatar.avatarId ?? avatar.id}`;
      navtalk.connect(`${server.replace('http', 'ws')}/wss/v2/realtime-chat?${query}`, { microphone: false });
      floating.replaceChildren(state.video);
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

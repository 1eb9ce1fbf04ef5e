/** The protocol without a library: one socket, one connection for the picture. */
const SAMPLE_RATE_HZ = 24_000;
const CHUNK_SAMPLES = 4800;
/** Keeps the last word whole. */
const TAIL_SECONDS = 0.5;

const part = (id) => document.getElementById(id);
const say = (text) => {
  part('state').textContent = text;
};

let socket;
let peer;
/** Why the server ends the call, or does not take it. */
let reason;
const send = (type, data = {}) => socket.send(JSON.stringify({ type, data }));

part('call').onclick = () => {
  const url = new URL('/wss/v2/realtime-chat', import.meta.env.VITE_VISAVIS_SERVER.replace(/^http/, 'ws'));
  url.search = new URLSearchParams({
    license: import.meta.env.VITE_VISAVIS_LICENSE,
    name: 'navtalk.Iris',
    model: 'transparency',
  });
  reason = undefined;
  socket = new WebSocket(url);
  socket.onmessage = ({ data }) => take(JSON.parse(data));
  socket.onclose = (event) => {
    peer?.close();
    allow({ call: true, file: false, stop: false });
    say(reason ?? `Closed. ${event.reason || 'Is the server running?'}`);
  };
  allow({ call: false });
};

function allow(parts) {
  for (const [id, isAllowed] of Object.entries(parts)) part(id).disabled = !isAllowed;
}

async function take({ type, data }) {
  switch (type) {
    case 'conversation.connected.success':
      peer = new RTCPeerConnection({ iceServers: data.iceServers });
      peer.ontrack = ({ streams: [stream] }) => {
        part('face').srcObject = stream;
      };
      peer.onicecandidate = ({ candidate }) => {
        if (candidate !== null) send('webrtc.signaling.iceCandidate', { candidate: candidate.toJSON() });
      };
      return;
    case 'webrtc.signaling.offer':
      await peer.setRemoteDescription(data.sdp);
      await peer.setLocalDescription();
      send('webrtc.signaling.answer', { sdp: peer.localDescription.toJSON() });
      return;
    case 'webrtc.signaling.iceCandidate':
      await peer.addIceCandidate(data.candidate);
      return;
    case 'realtime.session.updated':
      allow({ file: true, stop: true });
      return say('Choose an audio file.');
    case 'realtime.response.audio.done':
      return say('Spoken.');
  }
  // Whatever ends a call says why, before it is closed.
  if (/^conversation\.connected\.(?!success|warning)/.test(type)) reason = data.message;
}

part('file').onchange = async ({ target }) => {
  const [file] = target.files;
  if (file === undefined) return;
  const pcm = await decode(file).catch(() => null);
  if (pcm === null) return say('This browser cannot read that file.');
  send('realtime.input_audio_buffer.clear');
  for (let at = 0; at < pcm.length; at += CHUNK_SAMPLES) {
    send('realtime.input_audio_buffer.append', { audio: base64(pcm.subarray(at, at + CHUNK_SAMPLES)) });
  }
  send('realtime.input_audio_buffer.commit');
  say('Speaking.');
};
part('stop').onclick = () => send('realtime.input_audio_buffer.clear');

/** Any audio file that the browser reads, as the PCM that the server takes: 16 bits, mono, 24 kHz. */
async function decode(file) {
  const context = new OfflineAudioContext(1, 1, SAMPLE_RATE_HZ);
  const buffer = await context.decodeAudioData(await file.arrayBuffer());
  const samples = buffer.getChannelData(0);
  const pcm = new Int16Array(samples.length + TAIL_SECONDS * SAMPLE_RATE_HZ);
  for (let index = 0; index < samples.length; index += 1) {
    pcm[index] = Math.max(-1, Math.min(1, samples[index])) * 32_767;
  }
  return pcm;
}

function base64(pcm) {
  const bytes = new Uint8Array(pcm.buffer, pcm.byteOffset, pcm.byteLength);
  return btoa(String.fromCharCode(...bytes));
}

// Says a WAV (PCM16) to an avatar and writes its answer as another: `node bot.js question.wav [answer.wav]`.
import { readFileSync, writeFileSync } from 'node:fs';

const SAMPLE_RATE_HZ = 24_000;
const CHUNK_MS = 100;
const CHUNK_SAMPLES = (SAMPLE_RATE_HZ * CHUNK_MS) / 1000;
/** From the end of the question to the first sound of its answer. */
const ANSWER_WITHIN_MS = 20_000;

const { VISAVIS_SERVER = 'http://localhost:8787', VISAVIS_LICENSE = '', VISAVIS_AVATAR = 'navtalk.Iris' } = process.env;
const [, , questionPath, answerPath = 'answer.wav'] = process.argv;
if (questionPath === undefined) {
  console.error('Usage: node bot.js question.wav [answer.wav]');
  process.exit(2);
}

const url = new URL('/wss/v2/realtime-chat', VISAVIS_SERVER.replace(/^http/, 'ws'));
url.search = new URLSearchParams({ license: VISAVIS_LICENSE, name: VISAVIS_AVATAR, audioBack: 'true' });
const socket = new WebSocket(url);
const send = (type, data) => socket.send(JSON.stringify({ type, data }));

/** Sound of each reply, by its id. */
const replies = new Map();
/** The greeting is listened to; then the question is put. */
let hasAsked = false;
let hasBeenHeard = false;
let givesUp;

socket.onmessage = async ({ data: text }) => {
  const { type, data } = JSON.parse(text);
  switch (type) {
    case 'realtime.response.audio.delta':
      if (hasBeenHeard) clearTimeout(givesUp);
      replies.set(data.id, [...(replies.get(data.id) ?? []), Buffer.from(data.delta, 'base64')]);
      return;
    case 'realtime.response.audio_transcript.done':
      console.log(`Avatar: ${data.content}`);
      return;
    case 'realtime.conversation.item.input_audio_transcription.completed':
      console.log(`Bot: ${data.content || '(was not understood)'}`);
      if (data.content) hasBeenHeard = true;
      return;
    case 'realtime.response.audio.done':
      if (!hasAsked) {
        hasAsked = true;
        await ask(readWav(questionPath));
      } else if (hasBeenHeard) {
        writeFileSync(answerPath, wavOf(Buffer.concat(replies.get(data.id) ?? [])));
        console.log(`The answer is in ${answerPath}.`);
        socket.close();
      }
      return;
  }
  // Whatever ends a call says why.
  if (/^conversation\.connected\.(?!success|warning|close)/.test(type)) fail(data.message);
};
socket.onerror = () => fail(`There is no Visavis server at ${VISAVIS_SERVER}. Start one with "npm start".`);
socket.onclose = () => clearTimeout(givesUp);

function fail(message) {
  console.error(message);
  process.exitCode = 1;
  socket.close();
}

/** As a microphone would: in time, and with a silence behind it that ends the turn. */
async function ask(samples) {
  const silence = new Int16Array(SAMPLE_RATE_HZ * 1.5);
  const all = Int16Array.from([...samples, ...silence]);
  givesUp = setTimeout(
    () => fail(hasBeenHeard ? 'No answer came to the question.' : 'No words were understood in the question.'),
    (all.length / SAMPLE_RATE_HZ) * 1000 + ANSWER_WITHIN_MS,
  );
  for (let at = 0; at < all.length; at += CHUNK_SAMPLES) {
    const chunk = all.subarray(at, at + CHUNK_SAMPLES);
    send('realtime.input_audio_buffer.append', {
      audio: Buffer.from(Int16Array.from(chunk).buffer).toString('base64'),
    });
    await new Promise((resolve) => setTimeout(resolve, CHUNK_MS));
  }
}

/** The first channel of a WAV with 16 bits, at 24 kHz. */
function readWav(path) {
  const file = readFileSync(path);
  const format = file.indexOf('fmt ');
  const channels = file.readUInt16LE(format + 10);
  const rateHz = file.readUInt32LE(format + 12);
  if (file.readUInt16LE(format + 22) !== 16) throw new Error(`${path} has no samples of 16 bits.`);
  const start = file.indexOf('data') + 8;
  const frames = Math.floor((file.length - start) / (2 * channels));
  const length = Math.floor((frames * SAMPLE_RATE_HZ) / rateHz);
  return Int16Array.from({ length }, (_unused, index) => {
    const frame = Math.min(frames - 1, Math.round((index * rateHz) / SAMPLE_RATE_HZ));
    return file.readInt16LE(start + frame * 2 * channels);
  });
}

function wavOf(pcm) {
  const header = Buffer.alloc(44);
  header.write('RIFF', 0);
  header.writeUInt32LE(36 + pcm.length, 4);
  header.write('WAVEfmt ', 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(SAMPLE_RATE_HZ, 24);
  header.writeUInt32LE(SAMPLE_RATE_HZ * 2, 28);
  header.writeUInt16LE(2, 32);
  header.writeUInt16LE(16, 34);
  header.write('data', 36);
  header.writeUInt32LE(pcm.length, 40);
  return Buffer.concat([header, pcm]);
}

import type { CompletionAnswer } from '../../packages/media/src/voice/openai-compatible/testing/scripted-completions-server.ts';
import { ScriptedCompletionsServer } from '../../packages/media/src/voice/openai-compatible/testing/scripted-completions-server.ts';
import { ScriptedSoundServer } from '../../packages/media/src/voice/openai-compatible/testing/scripted-sound-server.ts';

/** Eight seconds of speech for every text: time enough to be interrupted. */
const SOUND_BYTES = 8 * 48_000;

/** What a mind calls where the user's words are the key, with its arguments. */
export type CallsOfWords = Readonly<Record<string, { readonly name: string; readonly given: object }>>;

/** A mind that calls a tool on these words, tells what comes of it, and chats on all others; ears and mouth are those of the machine. */
export async function startCallingMind(calls: CallsOfWords) {
  const mind = await ScriptedCompletionsServer.start();
  mind.answer = ({ messages }): CompletionAnswer => {
    const last = messages.at(-1);
    if (last?.role === 'tool') return [`I was told ${String(last.content)}.`];
    const call = calls[String(last?.content)];
    if (call === undefined)
      return ['I am here for all that you would like to know. Ask me anything, and take your time.'];
    const { name, given } = call;
    return ['Let me see. ', { call: { id: `call_${mind.requests.length}`, name, arguments: JSON.stringify(given) } }];
  };
  return { mind, environment: { LLM_URL: mind.url, LLM_MODEL: 'small' }, close: () => mind.close() };
}

/** A mind that looks at the clock before it answers, with ears and a mouth, all scripted. */
export async function startClockServices() {
  const [mind, sound] = await Promise.all([ScriptedCompletionsServer.start(), ScriptedSoundServer.start()]);
  sound.transcript = 'What time is it in Rome?';
  sound.soundBytes = SOUND_BYTES;
  mind.answer = ({ messages }): CompletionAnswer => {
    const last = messages.at(-1);
    if (last?.role === 'tool') return [`It is ${String(last.content)} in Rome.`];
    return [{ call: { id: `call_${mind.requests.length}`, name: 'clock', arguments: '{"city":"Rome"}' } }];
  };
  return {
    mind,
    sound,
    environment: {
      LLM_URL: mind.url,
      LLM_MODEL: 'small',
      STT_URL: sound.url,
      TTS_URL: sound.url,
      TTS_MODEL: 'kokoro',
      TTS_VOICE: 'af_heart',
    },
    close: () => Promise.all([mind.close(), sound.close()]),
  };
}

import type { CompletionAnswer } from '../../packages/media/src/voice/openai-compatible/testing/scripted-completions-server.ts';
import { ScriptedCompletionsServer } from '../../packages/media/src/voice/openai-compatible/testing/scripted-completions-server.ts';
import { ScriptedSoundServer } from '../../packages/media/src/voice/openai-compatible/testing/scripted-sound-server.ts';

/** Eight seconds of speech for every text: time enough to be interrupted. */
const SOUND_BYTES = 8 * 48_000;

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
      ...{ LLM_URL: mind.url, LLM_MODEL: 'small', STT_URL: sound.url },
      ...{ TTS_URL: sound.url, TTS_MODEL: 'kokoro', TTS_VOICE: 'af_heart' },
    },
    close: () => Promise.all([mind.close(), sound.close()]),
  };
}

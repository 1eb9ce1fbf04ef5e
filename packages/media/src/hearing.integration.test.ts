import { expect, it } from 'vitest';
import { silentLogger } from './core/logger.ts';
import { ManualClock } from './core/manual-clock.ts';
import { DEFAULT_TURN_DETECTION } from './core/voice-port.ts';
import { loadSpeechModel, type SpeechModel, type SpeechStream } from './turn-detection/speech-model.ts';
import { UserPipeline, type UserPipelineEvent } from './user-pipeline.ts';
import { speakWithFlite } from './visemes/flite-speech.fixture.ts';
import { waitUntil } from './webrtc/testing/wait-until.ts';

/** The real model, whose streams fail while `isDead`; a stream that has failed stays dead. */
function mortal(model: SpeechModel): SpeechModel & { isDead: boolean; reopened: number } {
  const inner = new WeakMap<SpeechStream, SpeechStream>();
  const shell = {
    isDead: false,
    reopened: 0,
    createStream(): SpeechStream {
      const stream = model.createStream();
      let hasFailed = false;
      const outer: SpeechStream = {
        async probability(frame) {
          hasFailed ||= shell.isDead;
          if (hasFailed) throw new Error('The runtime aborted.');
          return stream.probability(frame);
        },
        reset: () => stream.reset(),
      };
      inner.set(outer, stream);
      return outer;
    },
    async reopen(failed: SpeechStream): Promise<void> {
      shell.reopened += 1;
      await model.reopen?.(inner.get(failed) ?? failed);
    },
  };
  return shell;
}

it('a model that dies in mid-call is told of, opened again, and hears the next turn', async () => {
  const model = mortal(await loadSpeechModel());
  const events: UserPipelineEvent[] = [];
  const user = new UserPipeline({
    turnEndModel: null,
    clock: new ManualClock(),
    logger: silentLogger,
    speechModel: model,
    turnDetection: DEFAULT_TURN_DETECTION,
    voiceDetectsTurns: false,
    isToBeSaid: false,
    openCanceller: () => null,
    onMicrophone() {},
    listener: (event) => void events.push(event),
  });
  const { pcm24k } = await speakWithFlite('Could you tell me the way to the station please', 'slt');
  const sentence = new Int16Array(pcm24k.length + 24_000);
  sentence.set(pcm24k);
  const say = async (): Promise<void> => {
    const judged = (user.counters.framesJudged ?? 0) + Math.floor(sentence.length / 768) - 2;
    for (let start = 0; start < sentence.length; start += 2400) {
      user.push(new Uint8Array(sentence.slice(start, start + 2400).buffer));
    }
    await waitUntil(() => (user.counters.framesJudged ?? 0) >= judged, 20_000);
  };
  const told = () => events.flatMap((event) => (event.type === 'user-audio' ? [] : [event.type]));

  model.isDead = true;
  await say();
  expect(told()).toEqual(['hearing']);
  expect(events[0]).toMatchObject({ isWorking: false, reason: 'The runtime aborted.' });
  model.isDead = false;
  await say();
  await say();
  expect(told().filter((type) => type === 'hearing')).toHaveLength(2);
  expect(told().slice(-2)).toEqual(['speech-started', 'speech-stopped']);
  expect(model.reopened).toBeGreaterThan(1);
  expect(user.counters.modelFailures).toBeGreaterThan(20);
  user.close();
}, 60_000);

import { expect, it } from 'vitest';
import { SoundPlayer } from './sound-player.ts';

function setUp() {
  const heard: string[] = [];
  const states: boolean[] = [];
  const ends: (() => void)[] = [];
  const player = new SoundPlayer({
    open: (file, onEnd) => {
      ends.push(onEnd);
      return {
        play: async () => void heard.push(`${file.type} begins`),
        close: () => heard.push(`${file.type} ends`),
      };
    },
    onPlaying: (isPlaying) => states.push(isPlaying),
  });
  /** A sound that comes when it is sent. */
  const wish = (name: string) => {
    const { promise, resolve, reject } = Promise.withResolvers<Blob>();
    return { done: player.play(() => promise), send: () => resolve(new Blob([], { type: name })), fail: reject };
  };
  return { player, wish, heard, states, ends };
}

it('plays nothing that is still on its way when another one is asked for', async () => {
  const { wish, heard } = setUp();
  const [first, second] = [wish('first'), wish('second')];
  second.send();
  await second.done;
  first.send();
  await first.done;
  expect(heard).toEqual(['second begins']);
});

it('plays nothing that arrives after a stop, and no longer tells why it does not come', async () => {
  const { player, wish, heard, states } = setUp();
  const [late, failing] = [wish('late'), wish('failing')];
  player.stop();
  late.send();
  failing.fail(new Error('no voice'));
  await Promise.all([late.done, failing.done]);
  expect(heard).toEqual([]);
  expect(states).not.toContain(true);
});

it('says when it plays and when that is over, and why it does not', async () => {
  const { wish, heard, states, ends } = setUp();
  const sound = wish('sound');
  sound.send();
  await sound.done;
  expect(states.at(-1)).toBe(true);
  ends[0]?.();
  expect(states.at(-1)).toBe(false);
  expect(heard).toEqual(['sound begins', 'sound ends']);
  const failing = wish('failing');
  failing.fail(new Error('no voice'));
  await expect(failing.done).rejects.toThrow('no voice');
});

it('takes no refusal of a sound for a fault that was stopped before it began', async () => {
  const [begun, playing] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const play = () => {
    begun.resolve();
    return playing.promise;
  };
  const close = () => playing.reject(new Error('interrupted'));
  const player = new SoundPlayer({ open: () => ({ play, close }), onPlaying: () => undefined });
  const done = player.play(async () => new Blob());
  await begun.promise;
  player.stop();
  await expect(done).resolves.toBeUndefined();
});

import { describe, expect, it } from 'vitest';
import { BackgroundLevel } from './background-level.ts';

function power(levelDb: number): number {
  return 10 ** (levelDb / 10);
}

function feed(
  background: BackgroundLevel,
  levelDb: number,
  frames: number,
  isSpeechLike: boolean,
  inTurn = false,
): void {
  for (let k = 0; k < frames; k++) background.update(power(levelDb), isSpeechLike, inTurn);
}

describe('BackgroundLevel', () => {
  it('finds the background under speech with pauses', () => {
    const background = new BackgroundLevel();
    expect(background.known).toBe(false);
    feed(background, -50, 40, false);
    for (let word = 0; word < 8; word++) {
      feed(background, -20, 10, true);
      expect(background.aboveDb).toBeGreaterThan(20);
      feed(background, -50, 8, false);
    }
    feed(background, -50, 20, false);
    expect(background.known).toBe(true);
    expect(Math.abs(background.aboveDb)).toBeLessThan(3);
    expect(background.talks).toBe(false);
  });

  it('notices a background that sounds like speech, and that it has stopped', () => {
    const background = new BackgroundLevel();
    feed(background, -35, 120, true);
    expect(background.talks).toBe(true);
    expect(background.aboveDb).toBeLessThan(2);
    feed(background, -35, 120, false);
    expect(background.talks).toBe(false);
  });

  it('does not learn from soft words in a turn what the pauses before it have told, until the turn is long', () => {
    const background = new BackgroundLevel();
    feed(background, -40, 60, false);
    feed(background, -37, 200, true, true);
    expect(background.talks).toBe(false);
    feed(background, -37, 200, true, true);
    expect(background.talks).toBe(true);
  });

  it('learns in a turn when there was nothing before it', () => {
    const background = new BackgroundLevel();
    feed(background, -35, 120, true, true);
    expect(background.talks).toBe(true);
  });

  it('does not take a talker in a quiet room for background', () => {
    const background = new BackgroundLevel();
    feed(background, -60, 40, false);
    for (let word = 0; word < 20; word++) {
      feed(background, -25, 12, true, true);
      feed(background, -55, 5, false, true);
      expect(background.talks).toBe(false);
    }
  });

  it('knows the noise of a quiet room once it has heard some of it', () => {
    const background = new BackgroundLevel();
    expect(background.isQuietRoom(power(-60))).toBe(false);
    feed(background, -60, 40, false);
    expect(background.isQuietRoom(power(-56))).toBe(true);
    expect(background.isQuietRoom(power(-52))).toBe(false);
  });

  it('leaves every sound of a loud room to the model', () => {
    const background = new BackgroundLevel();
    feed(background, -45, 120, false);
    expect(background.isQuietRoom(power(-45))).toBe(false);
  });

  it('stays finite in digital silence and starts anew after reset', () => {
    const background = new BackgroundLevel();
    feed(background, Number.NEGATIVE_INFINITY, 200, false);
    expect(background.levelDb).toBe(-100);
    expect(background.aboveDb).toBe(0);
    feed(background, -30, 200, true);
    background.reset();
    expect(background.known).toBe(false);
    expect(background.talks).toBe(false);
    expect(background.levelDb).toBe(-100);
  });
});

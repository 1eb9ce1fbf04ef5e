import { expect, it } from 'vitest';
import { silentLogger } from '../../core/logger.ts';
import { ManualClock } from '../../core/manual-clock.ts';
import type { Speaker } from '../cascade/speaker.ts';
import type { PartTools } from '../catalogue-entry.ts';
import { openNetwork } from '../shared/service-network.ts';
import { localNeuralEntry } from './entries.ts';
import type { LocalVoice } from './local-voice.ts';

const speaker = (): Speaker => ({ openTalk: () => expect.unreachable() });
const neural = { inTalks: speaker(), patient: speaker() };
const tools: PartTools = {
  clock: new ManualClock(),
  logger: silentLogger,
  network: openNetwork,
  local: async () => ({ neural }) as Partial<LocalVoice> as LocalVoice,
  brain: null,
  isOperators: false,
  apiKey: undefined,
};

it('the neural mouth hands over to the built-in one where it is too slow, unless its voice is always wanted', async () => {
  expect(await localNeuralEntry.open({}, tools)).toBe(neural.inTalks);
  expect(await localNeuralEntry.open({ waits: true }, tools)).toBe(neural.patient);
  expect(await localNeuralEntry.open({}, { ...tools, isUnhurried: true })).toBe(neural.patient);
  await expect(localNeuralEntry.open({ waits: 'long' }, tools)).rejects.toThrow('boolean');
});

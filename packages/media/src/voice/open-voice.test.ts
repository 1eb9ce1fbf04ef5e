import { expect, it } from 'vitest';
import { systemClock } from '../core/clock.ts';
import { silentLogger } from '../core/logger.ts';
import { openVoice } from './open-voice.ts';
import { openNetwork } from './shared/service-network.ts';

it('what was chosen for another voice is not used, nor its key', async () => {
  const surroundings = {
    clock: systemClock,
    logger: silentLogger,
    operatorParts: {},
    network: openNetwork,
    hasDoubles: false,
    brain: null,
    local: () => expect.unreachable(),
  };
  const other = { id: 'local', options: { url: 'ws://127.0.0.1:1/' }, apiKey: 'sk-x' };
  await expect(openVoice('openai-realtime', { voice: other }, surroundings)).rejects.toThrow(
    'for which this server has no key',
  );
});

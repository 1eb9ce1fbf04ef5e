import type { SessionEvent } from '@visavis/media/session-events';
import { expect, it } from 'vitest';
import { TEST_AVATAR, TEST_KEY } from '../test-doubles.ts';
import { RealtimeClient } from './testing/realtime-client.ts';
import { useSecureServer } from './testing/secure-server.ts';

const secure = useSecureServer();

it('tells with each response what the voice has counted since the last one, and estimates where it counts nothing', async () => {
  const headers = { authorization: `Bearer ${TEST_KEY}` };
  const at = `wss://${secure.host}/v1/realtime?model=${TEST_AVATAR.name}`;
  const client = new RealtimeClient(at, { ca: secure.ca, headers });
  await client.event('session.created');
  const emit = (event: SessionEvent) => secure.server.placer.calls[0]?.emit(event);
  emit({ type: 'reply-started', turnId: 'resp_1' });
  const heard = { inputTokens: 132, cachedInputTokens: 64, audioInputTokens: 13 };
  emit({ type: 'usage', part: 'voice', amounts: { ...heard, outputTokens: 121, audioOutputTokens: 91 } });
  emit({ type: 'usage', part: 'recogniser', amounts: { seconds: 1 } });
  emit({ type: 'reply-generated', turnId: 'resp_1' });
  expect((await client.event('response.done')).response).toMatchObject({
    usage: {
      total_tokens: 253,
      input_tokens: 132,
      output_tokens: 121,
      input_token_details: { text_tokens: 119, audio_tokens: 13, image_tokens: 0, cached_tokens: 64 },
      output_token_details: { text_tokens: 30, audio_tokens: 91 },
    },
  });
  emit({ type: 'reply-started', turnId: 'resp_2' });
  emit({ type: 'reply-text-delta', turnId: 'resp_2', text: 'It is noon.' });
  emit({ type: 'reply-generated', turnId: 'resp_2' });
  expect((await client.event('response.done', 1)).response).toMatchObject({
    usage: { input_tokens: 0, output_tokens: 3 },
  });
});

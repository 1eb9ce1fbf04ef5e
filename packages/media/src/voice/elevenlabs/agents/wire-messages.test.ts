import { expect, it } from 'vitest';
import { readAgentMessage } from './wire-messages.ts';

it('what is nested without measure is no message', () => {
  const call = (parameters: string) =>
    `{"type":"client_tool_call","client_tool_call":{"tool_name":"weather","tool_call_id":"a","parameters":${parameters}}}`;
  expect(readAgentMessage(call('{"city":{"name":"Paris"}}'))).toMatchObject({ type: 'client_tool_call' });
  expect(readAgentMessage(call(`{"city":${'['.repeat(20_000)}${']'.repeat(20_000)}}`))).toBeNull();
});

import { expect, test } from 'vitest';
import { mcpFieldsOf, mcpValuesOf, newMcpServer, withAllowed } from './mcp-values.ts';

const server = {
  mcpServerId: 'm1',
  name: 'harbour',
  url: 'https://mcp.example/mcp',
  headerNames: ['authorization'],
  allowedTools: null,
  timeoutMs: 15_000,
  createdAt: '2026-01-02T03:04:05Z',
};

test('headers that are kept stay until they are given anew', () => {
  const values = mcpValuesOf(server);
  const fields = { name: 'harbour', url: 'https://mcp.example/mcp', timeoutMs: 15_000 };
  expect(mcpFieldsOf(values)).toEqual(fields);
  expect(mcpFieldsOf({ ...values, headers: [] })).toEqual({ ...fields, headers: {} });
  const rows = [
    { name: ' x-key ', value: 'a b' },
    { name: ' ', value: 'nobody' },
  ];
  expect(mcpFieldsOf({ ...newMcpServer, name: 'tides', seconds: '0.5', headers: rows })).toEqual({
    name: 'tides',
    url: '',
    timeoutMs: 500,
    headers: { 'x-key': 'a b' },
  });
});

test('all tools may be called until one is switched off, and again once all are on', () => {
  const there = ['tides', 'weather'];
  expect(withAllowed(null, there, 'tides', false)).toEqual(['weather']);
  expect(withAllowed(['weather'], there, 'tides', true)).toBeNull();
  expect(withAllowed(['gone'], there, 'tides', true)).toEqual(['gone', 'tides']);
  expect(withAllowed(['tides'], there, 'tides', false)).toEqual([]);
});

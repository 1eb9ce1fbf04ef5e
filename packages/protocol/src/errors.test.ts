import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ERROR_CODES, errorEntry } from './errors.ts';

describe('error table', () => {
  it.each(ERROR_CODES)('%s can be sent and says what to do', (code) => {
    const entry = errorEntry(code);
    expect(new TextEncoder().encode(entry.closeReason).length).toBeLessThanOrEqual(123);
    expect([1000, 1001, 1009].includes(entry.closeCode) || (entry.closeCode >= 4000 && entry.closeCode < 5000)).toBe(
      true,
    );
    expect(entry.httpStatus).toBeGreaterThanOrEqual(400);
    expect(entry.message).toMatch(/[.]$/);
  });

  it.each(ERROR_CODES)('%s stands in the documentation as it is', (code) => {
    const documentation = readFileSync(new URL('../../../docs/protocol.md', import.meta.url), 'utf8');
    const { eventType, httpStatus, closeCode, closeReason, retryable } = errorEntry(code);
    const event = eventType.replace('conversation.connected.', '');
    expect(documentation).toContain(
      `| \`${code}\` | \`${event}\` | ${httpStatus} | ${closeCode} | ${closeReason} | ${retryable ? 'yes' : 'no'} |`,
    );
  });

  it('keeps the close reason that published clients compare', () => {
    expect(errorEntry('insufficient-balance').closeReason).toBe('Insufficient points');
  });
});

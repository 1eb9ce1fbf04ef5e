import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ERROR_CODES, errorEntry } from './errors.ts';
import { endEvent } from './v2/end-events.ts';

describe('error table', () => {
  it.each(ERROR_CODES)('%s can be sent and says what to do', (code) => {
    const { httpStatus, message } = errorEntry(code);
    const { closeCode, closeReason } = endEvent(code);
    expect(new TextEncoder().encode(closeReason).length).toBeLessThanOrEqual(123);
    expect([1000, 1001, 1009].includes(closeCode) || (closeCode >= 4000 && closeCode < 5000)).toBe(true);
    expect(httpStatus).toBeGreaterThanOrEqual(400);
    expect(message).toMatch(/[.]$/);
  });

  it.each(ERROR_CODES)('%s stands in the documentation as it is', (code) => {
    const documentation = readFileSync(new URL('../../../docs/protocol.md', import.meta.url), 'utf8');
    const { httpStatus, retryable } = errorEntry(code);
    const { eventType, closeCode, closeReason } = endEvent(code);
    const event = eventType.replace('conversation.connected.', '');
    expect(documentation).toContain(
      `| \`${code}\` | \`${event}\` | ${httpStatus} | ${closeCode} | ${closeReason} | ${retryable ? 'yes' : 'no'} |`,
    );
  });

  it('keeps the close reason that published clients compare [20.15]', () => {
    expect(endEvent('insufficient-balance').closeReason).toBe('Insufficient points');
  });

  it('records a talk as failed for what a v2 client hears as a failure of the server', () => {
    const failures = ERROR_CODES.filter((code) => errorEntry(code).isFailure);
    const told = ERROR_CODES.filter((code) => endEvent(code).eventType === 'conversation.connected.backend_error');
    expect(failures).toEqual(told);
  });
});

import { DELIVERY_FAULTS } from '@visavis/protocol';
import { expect, it } from 'vitest';
import { en } from '../../i18n/en/console.ts';
import { deliveryReasonOf } from '../../i18n/server-texts.ts';
import { zh as server } from '../../i18n/zh/server.ts';
import { outcomeOf } from './outcome.ts';

const texts = {
  ...en.webhooks,
  reason: (attempt: Parameters<typeof deliveryReasonOf>[0]) => deliveryReasonOf(attempt, server),
};

it('an answer is told once, by its status', () => {
  expect(outcomeOf({ status: 500, error: 'The receiver answered 500.', fault: null }, texts)).toEqual({
    answer: 'HTTP 500',
    reason: null,
  });
  expect(outcomeOf({ status: 204, error: null, fault: null }, texts)).toEqual({ answer: 'HTTP 204', reason: null });
});

it('that there is no answer is told once, and why in the language of the page', () => {
  for (const [fault, sentence] of Object.entries(DELIVERY_FAULTS)) {
    const { answer, reason } = outcomeOf({ status: null, error: sentence, fault }, texts);
    expect(answer).toBe('no answer');
    if (fault === 'silent') expect(reason).toBeNull();
    else expect([fault, reason]).toEqual([fault, expect.stringMatching(/^\p{Script=Han}[^A-Za-z]*/u)]);
  }
  for (const fault of [null, 'of-tomorrow', 'constructor']) {
    expect(outcomeOf({ status: null, error: 'Something new.', fault }, texts).reason).toBe('Something new.');
  }
});

import { DELIVERY_FAULTS, deliveryFaultOf } from '@visavis/protocol';
import { expect, it } from 'vitest';
import { en } from '../../i18n/en/console.ts';
import { deliveryReasonOf } from '../../i18n/server-texts.ts';
import { zh as server } from '../../i18n/zh/server.ts';
import { outcomeOf } from './outcome.ts';

const texts = { ...en.webhooks, reason: (sentence: string) => deliveryReasonOf(sentence, server) };

it('an answer is told once, by its status', () => {
  expect(outcomeOf({ status: 500, error: 'The receiver answered 500.' }, texts)).toEqual({
    ...{ answer: 'HTTP 500', reason: null },
  });
  expect(outcomeOf({ status: 204, error: null }, texts)).toEqual({ answer: 'HTTP 204', reason: null });
});

it('that there is no answer is told once, and why in the language of the page', () => {
  for (const [fault, sentence] of Object.entries(DELIVERY_FAULTS)) {
    const { answer, reason } = outcomeOf({ status: null, error: sentence }, texts);
    expect(answer).toBe('no answer');
    if (fault === 'silent') expect(reason).toBeNull();
    else expect([fault, reason]).toEqual([fault, expect.stringMatching(/^\p{Script=Han}[^A-Za-z]*/u)]);
  }
  expect(deliveryFaultOf('Given up unsent: 5,000 newer deliveries of this project wait.')).toBe('given-up');
  expect(outcomeOf({ status: null, error: 'Something new.' }, texts).reason).toBe('Something new.');
});

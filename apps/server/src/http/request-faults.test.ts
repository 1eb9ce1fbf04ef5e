import { expect, test } from 'vitest';
import { BlobStoreError } from '../files/blob-store.ts';
import { requestFault } from './request-faults.ts';

test('what the store of files cannot give now is asked for again, and nobody takes it for a fault of the request', () => {
  const fault = requestFault(new BlobStoreError('connect ECONNREFUSED 10.0.0.2:9000'));
  expect(fault).toMatchObject({
    status: 503,
    code: 'overloaded',
    retryAfterSeconds: 5,
    told: { reason: 'store-silent' },
  });
  // Where it is, is nobody's business.
  expect(fault?.message).not.toContain('10.0.0.2');
});

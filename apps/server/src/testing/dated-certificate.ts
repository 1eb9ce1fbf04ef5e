import { generate } from 'selfsigned';

/** A certificate of `localhost` that nobody knows, good between two dates. */
export async function datedCertificate(
  notBeforeDate: Date,
  notAfterDate: Date,
): Promise<{ cert: string; key: string }> {
  const name = [{ name: 'commonName', value: 'localhost' }];
  const { cert, private: key } = await generate(name, { notBeforeDate, notAfterDate });
  return { cert, key };
}

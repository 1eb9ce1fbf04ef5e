import { createPrivateKey, randomBytes, X509Certificate } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { hostname, networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { createSecureContext } from 'node:tls';
import { generate } from 'selfsigned';
import type { Config } from '../config.ts';
import { namesOfMachine } from '../http/edge/host-names.ts';
import { StartError } from '../start-error.ts';

export type TlsMaterial = { readonly cert: string; readonly key: string };

const VALID_DAYS = 825;
const RENEW_BEFORE_MS = 30 * 24 * 3600 * 1000;

/** Certificate and key by configuration; undefined without TLS. A made certificate is kept until it nears its end. */
export async function loadTls(
  config: Pick<Config, 'tls' | 'dataDir' | 'publicAddresses'>,
): Promise<TlsMaterial | undefined> {
  if (config.tls.kind === 'off') return undefined;
  if (config.tls.kind === 'files') {
    const [cert, key] = await Promise.all([
      readPem(config.tls.certPath, 'TLS_CERT'),
      readPem(config.tls.keyPath, 'TLS_KEY'),
    ]);
    requirePair(cert, key, config.tls);
    return { cert, key };
  }
  const folder = join(config.dataDir, 'tls');
  const certPath = join(folder, 'certificate.pem');
  const keyPath = join(folder, 'key.pem');
  const kept = await Promise.all([readFile(certPath, 'utf8'), readFile(keyPath, 'utf8')]).catch(() => null);
  // One without the other, or damaged, is made again.
  if (kept !== null && isFresh(kept[0]) && isPair(kept[0], kept[1])) return { cert: kept[0], key: kept[1] };
  const made = await makeCertificate(config.publicAddresses);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeFile(keyPath, made.key, { mode: 0o600 });
  await writeFile(certPath, made.cert);
  return made;
}

/** What OpenSSL says of files that are none of its own tells nobody which file, nor what to do. */
function requirePair(cert: string, key: string, { certPath, keyPath }: { certPath: string; keyPath: string }): void {
  if (!isCertificate(cert)) {
    throw new StartError(
      `TLS_CERT: ${certPath} holds no certificate. It takes a chain in PEM (-----BEGIN CERTIFICATE-----).`,
    );
  }
  if (!isPrivateKey(key)) {
    throw new StartError(
      `TLS_KEY: ${keyPath} holds no private key that can be used. It takes one in PEM, without a passphrase.`,
    );
  }
  if (!isPair(cert, key)) {
    throw new StartError(
      `TLS_KEY: the key in ${keyPath} does not belong to the certificate in ${certPath}. Give both of one.`,
    );
  }
}

function isCertificate(cert: string): boolean {
  return isTaken(() => new X509Certificate(cert));
}

function isPrivateKey(key: string): boolean {
  return isTaken(() => createPrivateKey(key));
}

/** OpenSSL takes a key with its own certificate only. */
function isPair(cert: string, key: string): boolean {
  return isTaken(() => createSecureContext({ cert, key }));
}

function isTaken(read: () => unknown): boolean {
  try {
    read();
    return true;
  } catch {
    return false;
  }
}

async function readPem(path: string, name: string): Promise<string> {
  return readFile(path, 'utf8').catch((error: unknown) => {
    throw new StartError(`${name}: ${path} cannot be read (${String(error)}). Check the path and its permissions.`);
  });
}

/** Browsers warn of it, and let people go on. */
export function isSelfSigned(cert: string): boolean {
  const { issuer, subject } = new X509Certificate(cert);
  return issuer === subject;
}

function isFresh(cert: string): boolean {
  try {
    return Date.parse(new X509Certificate(cert).validTo) - Date.now() > RENEW_BEFORE_MS;
  } catch {
    return false;
  }
}

/**
 * For this machine's names and addresses, so that a browser accepts an exception once for all of them. Each has a subject of
 * its own: OpenSSL looks trusted certificates up by their subject, and of two with the same it knows only one.
 */
async function makeCertificate(publicAddresses: readonly string[]): Promise<TlsMaterial> {
  const addresses = Object.values(networkInterfaces())
    .flatMap((entries) => entries ?? [])
    .map((entry) => entry.address.split('%', 1)[0] ?? entry.address);
  const ips = [...new Set(['127.0.0.1', '::1', ...addresses, ...publicAddresses])];
  const names = [...new Set(['localhost', ...namesOfMachine(hostname())])];
  const subject = [
    { name: 'commonName', value: 'Visavis' },
    { shortName: 'OU', value: randomBytes(8).toString('hex') },
  ];
  const { cert, private: key } = await generate(subject, {
    notAfterDate: new Date(Date.now() + VALID_DAYS * 24 * 3600 * 1000),
    algorithm: 'sha256',
    keyType: 'ec',
    extensions: [
      { name: 'basicConstraints', cA: false },
      { name: 'keyUsage', digitalSignature: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: [
          ...names.map((value) => ({ type: 2 as const, value })),
          ...ips.map((ip) => ({ type: 7 as const, ip })),
        ],
      },
    ],
  });
  return { cert, key };
}

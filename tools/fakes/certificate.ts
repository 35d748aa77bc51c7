import { createHash, createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** Where certificates are kept: outside of what is built, deployed or committed. */
const KEPT = resolve(__dirname, '../../node_modules/.cache/certificates');
const DAY_MS = 24 * 60 * 60 * 1000;

/** A key and the certificate of it, in PEM. */
export interface Certificate {
  key: string;
  cert: string;
}

/**
 * A key, and a certificate for these hosts that it signed itself. It is kept for the next process: to load what makes one takes
 * longer than to start a server. Nothing trusts it but a process that is told to by its `NODE_EXTRA_CA_CERTS`.
 */
export async function certificateOf(hosts: string[], folder = KEPT): Promise<Certificate> {
  const name = createHash('sha256').update(hosts.join()).digest('hex').slice(0, 16);
  const file = join(folder, `${name}.json`);
  const kept = readCertificate(file, hosts);
  if (kept) return kept;
  const made = await makeCertificate(hosts);
  try {
    mkdirSync(folder, { recursive: true });
    // Whole at any time, whoever else makes one.
    writeFileSync(`${file}.${process.pid}`, JSON.stringify(made), { mode: 0o600 });
    renameSync(`${file}.${process.pid}`, file);
  } catch {
    // Nothing can be written there: the next process makes its own.
  }
  return made;
}

/** `undefined` if there is none, or none that is whole, for these hosts, and valid now and for another day. */
function readCertificate(file: string, hosts: string[]): Certificate | undefined {
  try {
    const { key, cert }: Certificate = JSON.parse(readFileSync(file, 'utf8'));
    const certificate = new X509Certificate(cert);
    const now = Date.now();
    const isValid =
      Date.parse(certificate.validFrom) <= now && now + DAY_MS < Date.parse(certificate.validTo);
    const isRight =
      certificate.checkPrivateKey(createPrivateKey(key)) &&
      hosts.every((host) => certificate.checkHost(host));
    return isValid && isRight ? { key, cert } : undefined;
  } catch {
    return undefined;
  }
}

async function makeCertificate(hosts: string[]): Promise<Certificate> {
  const { generate } = await import('selfsigned');
  const { private: key, cert } = await generate([{ name: 'commonName', value: hosts[0] ?? '' }], {
    keyType: 'ec',
    extensions: [{ name: 'subjectAltName', altNames: hosts.map((value) => ({ type: 2, value })) }],
  });
  return { key, cert };
}

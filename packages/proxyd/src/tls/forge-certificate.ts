import { generateKeyPair, randomBytes } from 'node:crypto';
import { isIP } from 'node:net';
import { promisify } from 'node:util';
import forge from 'node-forge';

export interface Pem {
  readonly cert: string;
  readonly key: string;
}

export interface CertificateWish {
  readonly commonName: string;
  /** DNS names and addresses. */
  readonly names: readonly string[];
  readonly days: number;
  /** Who signs; itself when not said. */
  readonly issuer?: Pem;
  /** Whether it may sign others. */
  readonly isAuthority?: boolean;
  /** Milliseconds since 1970. */
  readonly now: number;
}

const dayMs = 86_400_000;
const makeKeyPair = promisify(generateKeyPair);

/** A new key and a certificate for it. Node makes the key, off the main thread; forge writes the certificate, which Node cannot. */
export async function makePem(wish: CertificateWish): Promise<Pem> {
  const { privateKey, publicKey } = await makeKeyPair('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  const certificate = forge.pki.createCertificate();
  certificate.publicKey = forge.pki.publicKeyFromPem(publicKey);
  // Never the same twice: browsers refuse another certificate of the same name and number.
  certificate.serialNumber = serialNumber(randomBytes(16));
  // An hour for clocks that differ.
  certificate.validity.notBefore = new Date(wish.now - 3_600_000);
  certificate.validity.notAfter = new Date(wish.now + wish.days * dayMs);
  const subject = [{ name: 'commonName', value: wish.commonName.slice(0, 64) }];
  certificate.setSubject(subject);
  const issuer = wish.issuer === undefined ? null : forge.pki.certificateFromPem(wish.issuer.cert);
  certificate.setIssuer(issuer === null ? subject : issuer.subject.attributes);
  certificate.setExtensions(extensionsOf(wish));
  const signingKey = forge.pki.privateKeyFromPem(wish.issuer?.key ?? privateKey);
  certificate.sign(signingKey, forge.md.sha256.create());
  return { cert: forge.pki.certificateToPem(certificate), key: privateKey };
}

/** Positive, and the shortest way to write it (X.690, 8.3.2): OpenSSL reads no number with a byte too many in front. In hex. */
export function serialNumber(random: Buffer): string {
  const bytes = Buffer.from(random);
  bytes[0] = (bytes[0]! & 0x3f) | 0x40;
  return bytes.toString('hex');
}

function extensionsOf({ names, isAuthority = false }: CertificateWish): object[] {
  const altNames = names.map((name) => (isIP(name) === 0 ? { type: 2, value: name } : { type: 7, ip: name }));
  return [
    { name: 'basicConstraints', critical: true, cA: isAuthority },
    isAuthority
      ? { name: 'keyUsage', critical: true, keyCertSign: true, cRLSign: true }
      : { name: 'keyUsage', critical: true, digitalSignature: true, keyEncipherment: true },
    ...(isAuthority ? [] : [{ name: 'extKeyUsage', serverAuth: true, clientAuth: true }]),
    ...(altNames.length === 0 ? [] : [{ name: 'subjectAltName', altNames }]),
    { name: 'subjectKeyIdentifier' },
  ];
}

import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { createSecureContext, type SecureContext, type SecureContextOptions } from 'node:tls';
import { TshubError } from '@tshub/contract';

/** A certificate as it serves. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
  readonly context: SecureContext;
  /** DNS names and addresses that it is good for, in lower case; `*.` in front stands for one label. */
  readonly names: readonly string[];
  /** SHA-256 of the certificate, as browsers show it. */
  readonly fingerprint: string;
  /** Milliseconds since 1970. */
  readonly expires: number;
}

export type ContextOptions = Pick<SecureContextOptions, 'ca' | 'ciphers' | 'minVersion'>;

/** Makes a certificate (with its chain behind it) and its key usable; throws config_invalid, in words that begin with `where`. */
export function makeCertificate(cert: string, key: string, where: string, options: ContextOptions): Certificate {
  const leaf = attempt(() => new X509Certificate(cert), `${where}: the certificate cannot be read`);
  const privateKey: KeyObject = attempt(() => createPrivateKey(key), `${where}: the key cannot be read`);
  if (!leaf.checkPrivateKey(privateKey)) throw problem(`${where}: the key does not belong to the certificate`);
  const context = attempt(() => createSecureContext({ ...options, cert, key }), `${where}: it cannot be used`);
  return {
    cert,
    key,
    context,
    names: namesOf(leaf),
    fingerprint: leaf.fingerprint256,
    expires: Date.parse(leaf.validTo),
  };
}

/** The certificate for the name that a client asked for: exact, else by wildcard, else the first. */
export function certificateFor(all: readonly Certificate[], name: string): Certificate | undefined {
  const asked = name.toLowerCase();
  const parent = `*${asked.slice(Math.max(0, asked.indexOf('.')))}`;
  return all.find(({ names }) => names.includes(asked)) ?? all.find(({ names }) => names.includes(parent)) ?? all[0];
}

function namesOf(leaf: X509Certificate): string[] {
  const listed = [...(leaf.subjectAltName ?? '').matchAll(/(?:^|, )(?:DNS|IP Address):([^,"]+)/g)];
  return listed.map((match) => (match[1] ?? '').toLowerCase());
}

function attempt<T>(work: () => T, what: string): T {
  try {
    return work();
  } catch (error) {
    throw problem(`${what}: ${error instanceof Error ? error.message : String(error)}`, error);
  }
}

function problem(text: string, cause?: unknown): TshubError {
  return new TshubError('config_invalid', { problem: text }, { cause });
}

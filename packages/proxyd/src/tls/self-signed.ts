import { X509Certificate } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Pem } from './forge-certificate.ts';

export interface SelfSignedWish {
  /** Where it is kept, so that a browser which was told to trust it goes on to. */
  readonly folder: string;
  readonly names: readonly string[];
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** As long as browsers take one of a private authority's. */
const days = 825;
const renewBeforeMs = 30 * 86_400_000;

/** The certificate that this host has signed for itself: the one that is kept, or a new one when there is none for these names. */
export async function selfSigned(wish: SelfSignedWish): Promise<Pem & { readonly isNew: boolean }> {
  const kept = await read(wish.folder);
  if (kept !== null && isGood(kept, wish)) return { ...kept, isNew: false };
  const [commonName = 'localhost'] = wish.names;
  // Loaded only here: forge is large, and most proxies never make a certificate.
  const { makePem } = await import('./forge-certificate.ts');
  const made = await makePem({ commonName, names: wish.names, days, now: wish.now });
  await mkdir(wish.folder, { recursive: true, mode: 0o700 });
  const file = fileIn(wish.folder);
  // One file, so that no crash can part the two.
  await writeFile(`${file}.new`, made.cert + made.key, { mode: 0o600 });
  await rename(`${file}.new`, file);
  return { ...made, isNew: true };
}

function fileIn(folder: string): string {
  return join(folder, 'self-signed.pem');
}

function read(folder: string): Promise<Pem | null> {
  return readBoth(fileIn(folder));
}

/** A certificate and its key from one file; null when they are not there. */
export async function readBoth(file: string): Promise<Pem | null> {
  const text = await readFile(file, 'utf8').catch(() => '');
  const cut = text.search(/-----BEGIN [A-Z ]*PRIVATE KEY-----/);
  return cut <= 0 ? null : { cert: text.slice(0, cut), key: text.slice(cut) };
}

function isGood({ cert }: Pem, { names, now }: SelfSignedWish): boolean {
  try {
    const leaf = new X509Certificate(cert);
    const isLasting = Date.parse(leaf.validTo) - now > renewBeforeMs;
    return isLasting && names.every((name) => (leaf.checkHost(name) ?? leaf.checkIP(name)) !== undefined);
  } catch {
    return false;
  }
}

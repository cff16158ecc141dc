import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

/** AES-256-GCM: a byte for the format, 12 random ones, the text, 16 to know it by. */
const format = 1;
const [ivBytes, tagBytes] = [12, 16];
const cipher = 'aes-256-gcm';

/** Encrypts for `purpose`: what was sealed for one place does not open in another. `key`: 32 bytes. */
export function seal(key: Buffer, purpose: string, text: string): Buffer {
  const iv = randomBytes(ivBytes);
  const encrypting = createCipheriv(cipher, key, iv).setAAD(Buffer.from(purpose));
  const body = Buffer.concat([encrypting.update(text, 'utf8'), encrypting.final()]);
  return Buffer.concat([Buffer.of(format), iv, body, encrypting.getAuthTag()]);
}

/** The text and which of the keys opened it; null when none does. */
export function unseal(
  keys: readonly Buffer[],
  purpose: string,
  sealed: Buffer,
): { readonly text: string; readonly keyIndex: number } | null {
  if (sealed.length < 1 + ivBytes + tagBytes || sealed[0] !== format) return null;
  const iv = sealed.subarray(1, 1 + ivBytes);
  const tag = sealed.subarray(-tagBytes);
  const body = sealed.subarray(1 + ivBytes, -tagBytes);
  for (const [keyIndex, key] of keys.entries()) {
    const decrypting = createDecipheriv(cipher, key, iv, { authTagLength: tagBytes })
      .setAAD(Buffer.from(purpose))
      .setAuthTag(tag);
    try {
      return { text: Buffer.concat([decrypting.update(body), decrypting.final()]).toString('utf8'), keyIndex };
    } catch {
      // Another key's.
    }
  }
  return null;
}

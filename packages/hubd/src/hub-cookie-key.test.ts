import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { loadCookieKeys } from './hub-cookie-key.ts';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tshub-key-'));
  file = join(folder, 'cookie-key');
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('the key that signs cookies', () => {
  test('is made once, for the hub alone to read', () => {
    const first = loadCookieKeys({ file, credentials: undefined });
    expect(first).toEqual([expect.stringMatching(/^[0-9a-f]{64}$/)]);
    expect(loadCookieKeys({ file, credentials: undefined })).toEqual(first);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder)).toEqual(['cookie-key']);
  });

  test('is the credential when systemd passes one', () => {
    const credentials = join(folder, 'credentials');
    expect(loadCookieKeys({ file, credentials })).toHaveLength(1);
    rmSync(file);
    writeFileSync(file, 'x'.repeat(40));
    expect(loadCookieKeys({ file, credentials: folder })).toEqual(['x'.repeat(40)]);
  });

  test('is refused when it is too short, with its name', () => {
    writeFileSync(file, 'short\n');
    expect(() => loadCookieKeys({ file, credentials: undefined })).toThrow(
      `${file}: expected a key of at least 32 characters, found 5`,
    );
  });

  test('in a folder that is not there is a sentence', () => {
    expect(() => loadCookieKeys({ file: join(folder, 'missing', 'key'), credentials: undefined })).toThrow(
      /missing\/key: cannot be written/,
    );
  });
});

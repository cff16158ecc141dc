import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { schema } from './schema.ts';
import { loadSecrets, noSecrets } from './secrets.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tshub-secrets-'));
  mkdirSync(join(folder, 'credentials'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const put = (name: string, text: string, mode = 0o640): void => {
  writeFileSync(join(folder, name), text);
  chmodSync(join(folder, name), mode);
};
const load = (login: Readonly<Record<string, unknown>>) =>
  loadSecrets(
    { folder, credentials: join(folder, 'credentials') },
    schema.parse({
      login,
      hub: { public_url: 'https://hub.example.org' },
      oidc: { provider: 'google', client_id: 'hub', allowed_domains: ['school.example'] },
      spawner: { dynamic_users: true },
    }),
  );

test('nothing is read that is not used', () => {
  put('oidc-client-secret', 'x', 0o644);
  expect(load({})).toEqual(noSecrets);
});

test('each token of the settings has a file', () => {
  const settings = schema.parse({ tokens: { nightly: { user: 'ada' } } });
  const loaded = () => loadSecrets({ folder, credentials: undefined }, settings).tokens;
  expect(loaded).toThrow(/token-nightly: is missing: \[tokens\.nightly\] needs it/);
  put('token-nightly', 'short');
  expect(loaded).toThrow(/token-nightly: expected 32 to 255 visible characters, found 5/);
  put('token-nightly', `${'x'.repeat(32)}\n`);
  expect(loaded()).toEqual({ nightly: 'x'.repeat(32) });
});

describe('a secret', () => {
  test('is the text of its file, without the line feed at its end', () => {
    put('oidc-client-secret', 'secret with spaces \n');
    expect(load({ authenticator: 'oidc' }).oidcClientSecret).toBe('secret with spaces ');
  });

  test("of systemd's wins over the file", () => {
    put('oidc-client-secret', 'file');
    put('credentials/oidc-client-secret', 'credential', 0o400);
    expect(load({ authenticator: 'oidc' }).oidcClientSecret).toBe('credential');
  });

  test('that others could read is refused, with what to do', () => {
    put('oidc-client-secret', 'file', 0o644);
    expect(() => load({ authenticator: 'oidc' })).toThrow(
      /oidc-client-secret: expected a file that others cannot read; run: chown root:tshub/,
    );
  });

  test.each([
    [{ authenticator: 'oidc' }, 'oidc-client-secret'],
    [{ authenticator: 'shared-password' }, 'shared-password'],
    [{ enable_auth_state: true }, 'auth-state-keys'],
  ])('that is missing is named: %j needs %s', (login, name) => {
    expect(() => load(login)).toThrow(new RegExp(`${name}: is missing`));
  });
});

test('shared passwords are at least eight and thirty-two characters long', () => {
  const login = { authenticator: 'shared-password' };
  put('shared-password', '1234567');
  expect(() => load(login)).toThrow('shared-password: expected at least 8 characters, found 7');
  put('shared-password', '12345678');
  expect(load(login)).toMatchObject({ sharedPassword: '12345678', sharedAdminPassword: '' });
  put('shared-admin-password', 'x'.repeat(31));
  expect(() => load(login)).toThrow('shared-admin-password: expected at least 32 characters, found 31');
});

test('keys are 32 bytes in hex or base64, a line each', () => {
  const [one, two] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)];
  put('auth-state-keys', `# new\n${one.toString('hex')}\n\n${two.toString('base64')}\n`);
  expect(load({ enable_auth_state: true }).authStateKeys).toEqual([one, two]);
  for (const text of ['', '# none', 'short', one.toString('hex').slice(2)]) {
    put('auth-state-keys', text);
    expect(() => load({ enable_auth_state: true })).toThrow(/auth-state-keys: .*openssl rand -hex 32/);
  }
});

import { readFileSync, statSync } from 'node:fs';
import { TshubError } from '@tshub/contract';
import type { Settings } from './schema.ts';

/** Secrets that logins need; '' and none for what is not used. They never are in tshub.toml, which everybody may read. */
export interface LoginSecrets {
  /** 32 bytes each; the first encrypts, all decrypt. */
  readonly authStateKeys: readonly Buffer[];
  readonly oidcClientSecret: string;
  readonly sharedPassword: string;
  /** What administrators need instead. */
  readonly sharedAdminPassword: string;
  /** Texts of [tokens.NAME], by name. */
  readonly tokens: Readonly<Record<string, string>>;
}

export const noSecrets: LoginSecrets = {
  authStateKeys: [],
  oidcClientSecret: '',
  sharedPassword: '',
  sharedAdminPassword: '',
  tokens: {},
};

export interface SecretPlaces {
  /** systemd's folder of credentials; what is in it wins over the other. */
  readonly credentials: string | undefined;
  /** Root's folder, whose files the hub can read and others cannot. */
  readonly folder: string;
}

/** Reads the secrets that the settings call for; throws config_invalid for one that is missing, too short, or open to others. */
export function loadSecrets(places: SecretPlaces, settings: Settings): LoginSecrets {
  const { authenticator, enable_auth_state: withState } = settings.login;
  const isShared = authenticator === 'shared-password';
  const optional = (name: string): string => readSecret(places, name) ?? '';
  const needed = (name: string, why: string): string => {
    const found = readSecret(places, name);
    if (found === null) throw invalid(`${places.folder}/${name}`, `is missing: ${why}; see tshub.toml(5)`);
    return found;
  };
  const atLeast = (length: number, name: string, text: string): string => {
    if (text === '' || text.length >= length) return text;
    throw invalid(name, `expected at least ${length} characters, found ${text.length}`);
  };

  const shared = 'authenticator = "shared-password" needs it';
  return {
    authStateKeys: withState ? keysIn(needed('auth-state-keys', 'enable_auth_state = true needs it')) : [],
    oidcClientSecret: authenticator === 'oidc' ? needed('oidc-client-secret', 'authenticator = "oidc" needs it') : '',
    sharedPassword: isShared ? atLeast(8, 'shared-password', needed('shared-password', shared)) : '',
    sharedAdminPassword: isShared ? atLeast(32, 'shared-admin-password', optional('shared-admin-password')) : '',
    tokens: Object.fromEntries(
      Object.keys(settings.tokens).map((name) => {
        const file = `token-${name}`;
        const text = needed(file, `[tokens.${name}] needs it`).trim();
        if (/^[\x21-\x7e]{32,255}$/.test(text)) return [name, text];
        throw invalid(file, `expected 32 to 255 visible characters, found ${text.length}; try: openssl rand -hex 32`);
      }),
    ),
  };
}

function readSecret({ credentials, folder }: SecretPlaces, name: string): string | null {
  const passed = credentials === undefined ? null : readText(`${credentials}/${name}`);
  if (passed !== null) return passed;
  const path = `${folder}/${name}`;
  const text = readText(path);
  if (text !== null) requireClosed(path);
  return text;
}

/** The text without the line feed at its end, which editors add. */
function readText(path: string): string | null {
  try {
    return readFileSync(path, 'utf8').replace(/\r?\n$/, '');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw new TshubError(
      'config_invalid',
      { problem: `${path}: cannot be read: ${String(error)}; run: chown root:tshub ${path}; chmod 640 ${path}` },
      { cause: error },
    );
  }
}

function requireClosed(path: string): void {
  if ((statSync(path).mode & 0o027) === 0) return;
  throw invalid(path, `expected a file that others cannot read; run: chown root:tshub ${path}; chmod 640 ${path}`);
}

/** One key on each line: 32 bytes in hex or base64. */
function keysIn(text: string): readonly Buffer[] {
  const lines = text.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('#'));
  const keys = lines.map((line, index) => {
    const word = line.trim();
    const key = /^[0-9a-f]{64}$/i.test(word) ? Buffer.from(word, 'hex') : Buffer.from(word, 'base64');
    if (key.length === 32) return key;
    throw invalid(
      'auth-state-keys',
      `line ${index + 1}: expected 32 bytes in hex or base64, as of: openssl rand -hex 32`,
    );
  });
  if (keys.length === 0)
    throw invalid('auth-state-keys', 'expected a key, found none; make one with: openssl rand -hex 32');
  return keys;
}

function invalid(name: string, problem: string): TshubError {
  return new TshubError('config_invalid', { problem: `${name}: ${problem}` });
}

import { existsSync } from 'node:fs';
import { type PeerImport, TshubError } from '@tshub/contract';
import sqlite3 from 'sqlite3';

type Row = Readonly<Record<string, unknown>>;

/** What a JupyterHub 1.x to 6.x kept in its SQLite file, which is only read. Throws not_found, bad_request. */
export async function readPeerDatabase(file: string): Promise<PeerImport> {
  if (!existsSync(file)) throw new TshubError('not_found', { what: `the file ${file}` });
  const db = await open(file);
  try {
    const tables = new Set(
      (await db.all("select name from sqlite_master where type = 'table'")).map((row) => text(row['name'])),
    );
    for (const needed of ['users', 'api_tokens']) {
      if (tables.has(needed)) continue;
      throw notOurs(file, `found no table "${needed}"`);
    }
    const all = async (table: string): Promise<readonly Row[]> =>
      tables.has(table) ? db.all(`select * from ${table}`) : [];
    return await read(all);
  } finally {
    db.close();
  }
}

async function read(all: (table: string) => Promise<readonly Row[]>): Promise<PeerImport> {
  const users = namesById(await all('users'));
  const groups = namesById(await all('groups'));
  const services = namesById(await all('services'));
  const roles = await all('roles');
  const members = await all('user_group_map');
  const holders = {
    users: pairs(await all('user_role_map'), 'user_id', users),
    groups: pairs(await all('group_role_map'), 'group_id', groups),
    services: pairs(await all('service_role_map'), 'service_id', services),
  };
  const holding = (kind: keyof typeof holders, role: Row): string[] =>
    holders[kind].filter((one) => one.role === role['id']).map(({ name }) => name);
  const adminRole = roles.find(({ name }) => name === 'admin');
  const admins = new Set(adminRole === undefined ? [] : holding('users', adminRole));
  const servers = new Map((await all('spawners')).map((row) => [row['id'], row]));
  const scopesOfRole = new Map(roles.map((row) => [row['id'], list(row['scopes'])]));
  const tokenScopes = new Map<unknown, string[]>();
  for (const row of await all('api_token_role_map')) {
    const known = tokenScopes.get(row['api_token_id']) ?? [];
    tokenScopes.set(row['api_token_id'], [...known, ...(scopesOfRole.get(row['role_id']) ?? [])]);
  }

  return {
    users: (await all('users')).map((row) => ({
      name: text(row['name']),
      admin: truth(row['admin']) || admins.has(text(row['name'])),
      lastActivity: time(row['last_activity']),
    })),
    groups: (await all('groups')).map((row) => ({
      name: text(row['name']),
      users: members.flatMap((one) => (one['group_id'] === row['id'] ? (users.get(one['user_id']) ?? []) : [])),
      properties: record(row['properties']),
    })),
    roles: roles.map((row) => ({
      name: text(row['name']),
      description: text(row['description'] ?? ''),
      scopes: list(row['scopes']),
      users: holding('users', row),
      groups: holding('groups', row),
      services: holding('services', row),
    })),
    services: (await all('services')).map((row) => ({ name: text(row['name']), admin: truth(row['admin']) })),
    tokens: (await all('api_tokens')).filter(isAskedFor).flatMap((row) => {
      const user = users.get(row['user_id']);
      const name = user ?? services.get(row['service_id']);
      const created = time(row['created']) ?? 0;
      if (name === undefined) return [];
      return {
        owner: { kind: user === undefined ? ('service' as const) : ('user' as const), name },
        hash: text(row['hashed']),
        prefix: text(row['prefix']),
        scopes: scopesOf(row, roles.length > 0, tokenScopes.get(row['id'])),
        note: text(row['note'] ?? ''),
        created,
        expiresAt: time(row['expires_at']),
        lastActivity: time(row['last_activity']),
      };
    }),
    shares: (await all('shares')).filter(isAlive).flatMap((row) => {
      const server = servers.get(row['spawner_id']);
      const owner = users.get(row['owner_id']);
      const user = users.get(row['user_id']);
      const name = user ?? groups.get(row['group_id']);
      if (server === undefined || owner === undefined || name === undefined) return [];
      return {
        user: owner,
        server: text(server['name'] ?? ''),
        with: { kind: user === undefined ? ('group' as const) : ('user' as const), name },
        // Each has the server as its filter, which the share says already.
        scopes: list(row['scopes']).map((scope) => scope.replace(/!server=.*$/s, '')),
      };
    }),
  };
}

/** Tokens that somebody made for a program; those of running servers and of logins in browsers end with the old hub. */
function isAskedFor(row: Row): boolean {
  const client = row['client_id'];
  const isPlain = client === undefined || client === null || client === 'jupyterhub';
  return (
    isPlain && !text(row['note'] ?? '').startsWith('Server at ') && isAlive(row) && text(row['hashed'] ?? '') !== ''
  );
}

function isAlive(row: Row): boolean {
  const end = time(row['expires_at']);
  return end === null || end > Date.now();
}

/** Since 3.0 a token has scopes; 2.x gave it roles, and called `inherit` `all`; before, it did all that its owner may do. */
function scopesOf(row: Row, hasRoles: boolean, ofRoles: readonly string[] | undefined): string[] {
  if (typeof row['scopes'] === 'string') return list(row['scopes']);
  if (!hasRoles) return ['inherit'];
  return [...new Set((ofRoles ?? []).map((scope) => (scope === 'all' ? 'inherit' : scope)))];
}

function namesById(rows: readonly Row[]): Map<unknown, string> {
  return new Map(rows.map((row) => [row['id'], text(row['name'])]));
}

function pairs(
  rows: readonly Row[],
  key: string,
  names: ReadonlyMap<unknown, string>,
): Array<{ role: unknown; name: string }> {
  return rows.flatMap((row) => {
    const name = names.get(row[key]);
    return name === undefined ? [] : { role: row['role_id'], name };
  });
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : String(value ?? '');
}

function truth(value: unknown): boolean {
  return value === 1 || value === true;
}

/** SQLAlchemy writes UTC as `2026-01-31 12:00:00.123456`. */
function time(value: unknown): number | null {
  const at = typeof value === 'string' ? Date.parse(`${value.replace(' ', 'T').slice(0, 23)}Z`) : Number.NaN;
  return Number.isNaN(at) ? null : at;
}

function json(value: unknown): unknown {
  try {
    return typeof value === 'string' ? JSON.parse(value) : null;
  } catch {
    return null;
  }
}

function list(value: unknown): string[] {
  const parsed = json(value);
  return Array.isArray(parsed) ? parsed.filter((one): one is string => typeof one === 'string') : [];
}

function record(value: unknown): Record<string, unknown> {
  const parsed = json(value);
  return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed) ? { ...parsed } : {};
}

interface Database {
  all(sql: string): Promise<readonly Row[]>;
  close(): void;
}

function open(file: string): Promise<Database> {
  return new Promise((resolve, reject) => {
    const db = new sqlite3.Database(file, sqlite3.OPEN_READONLY, (error) => {
      if (error !== null) return reject(notOurs(file, error.message, error));
      resolve({
        all: (sql) =>
          new Promise((found, failed) => {
            db.all<Row>(sql, (problem, rows) =>
              problem === null ? found(rows) : failed(notOurs(file, problem.message, problem)),
            );
          }),
        close: () => db.close(),
      });
    });
  });
}

function notOurs(file: string, found: string, cause?: Error): TshubError {
  const problem = `${file}: expected the SQLite database of a JupyterHub, usually jupyterhub.sqlite, ${found.startsWith('found') ? found : `found: ${found}`}`;
  return new TshubError('bad_request', { problem }, { cause });
}

import { TshubError } from '@tshub/contract';
import type { Knex } from 'knex';
import type { AuthState, UserInfo } from './authenticators/authenticator.ts';
import { Cache } from '../db/cache.ts';
import { inChunks } from '../db/chunks.ts';
import { seal, unseal } from './seal.ts';

/** The authenticator's secrets of a user, encrypted at rest. Who may see them is for the caller to ask. */
export interface AuthStates {
  /** Null when there is none, when it is switched off, or when no key opens it. */
  read(userId: number): Promise<AuthState | null>;
  /** Throws bad_request while enable_auth_state is off. */
  requireOn(): void;
  /** Null takes it away. Anything else throws bad_request while enable_auth_state is off. */
  write(userId: number, value: AuthState | null): Promise<void>;
}

export interface LoginRecords {
  readonly authState: AuthStates;
  /** What is known of these people; who is missing has none. One query at most for all of them, none for who was asked about before. */
  userInfo(userIds: readonly number[]): Promise<ReadonlyMap<number, UserInfo>>;
  /** Writes down a login. Without a state of its own the old one is kept; it is cleared while it is switched off. */
  noteLogin(userId: number, login: LoginNote): Promise<void>;
  /** By which this user came in last; undefined for who never did. */
  authenticatorOf(userId: number): Promise<string | undefined>;
  /** Users who came in by this authenticator last. */
  countBy(authenticator: string): Promise<number>;
  /** Their ids. */
  idsBy(authenticator: string): Promise<readonly number[]>;
}

export interface LoginNote {
  readonly authenticator: string;
  readonly userInfo: UserInfo | undefined;
  readonly authState: AuthState | undefined;
}

interface Row {
  readonly user_id: number;
  readonly authenticator: string;
  readonly user_info: string | null;
  readonly auth_state: string | null;
}

export interface LoginRecordsParts {
  readonly db: Knex;
  /** 32 bytes each, the first encrypts; none while auth_state is switched off. */
  readonly keys: () => readonly Buffer[];
}

export function makeLoginRecords({ db, keys }: LoginRecordsParts): LoginRecords {
  // Asked for with every request of a program, and for a whole page of a list: so who has none is remembered longer, for little.
  const infos = new Cache<number, UserInfo>(5000);
  const nameless = new Cache<number, true>(50_000);
  /** What the last login of somebody wrote; the next one is mostly the same. */
  const noted = new Cache<number, string>(5000);
  /** Who has no state, as far as it was asked for: states themselves are not kept in memory. */
  const stateless = new Cache<number, true>(5000);
  const purposeOf = (userId: number): string => `auth_state of user ${userId}`;

  function firstKey(): Buffer {
    const [key] = keys();
    if (key !== undefined) return key;
    throw new TshubError('bad_request', {
      problem: 'auth_state is switched off; see enable_auth_state in tshub.toml(5)',
    });
  }

  function encrypt(userId: number, value: AuthState): string {
    return seal(firstKey(), purposeOf(userId), JSON.stringify(value)).toString('base64');
  }

  async function store(userId: number, authenticator: string, fields: Partial<Row>): Promise<void> {
    const row = { user_id: userId, authenticator, ...fields };
    await db<Row>('login_records')
      .insert(row)
      .onConflict('user_id')
      .merge(Object.keys(fields) as Array<keyof Row>);
    // Not before: somebody who reads meanwhile finds none.
    stateless.delete(userId);
    noted.delete(userId);
  }

  return {
    authState: {
      async read(userId) {
        if (keys().length === 0 || stateless.has(userId)) return null;
        const row = await db<Row>('login_records').where({ user_id: userId }).first('auth_state');
        const text = row?.auth_state ?? null;
        if (text === null) stateless.set(userId, true);
        const opened = text === null ? null : unseal(keys(), purposeOf(userId), Buffer.from(text, 'base64'));
        if (opened === null) return null;
        const value = JSON.parse(opened.text) as AuthState;
        // Sealed with a key that is on its way out. Only if nobody has written a newer one meanwhile.
        if (opened.keyIndex > 0)
          await db<Row>('login_records')
            .where({ user_id: userId, auth_state: text })
            .update({ auth_state: encrypt(userId, value) });
        return value;
      },
      requireOn: () => void firstKey(),
      async write(userId, value) {
        if (value === null) {
          await db<Row>('login_records').where({ user_id: userId }).update({ auth_state: null });
          noted.delete(userId);
        } else await store(userId, '', { auth_state: encrypt(userId, value) });
      },
    },
    async userInfo(userIds) {
      const unknown = userIds.filter((id) => !nameless.has(id) && !infos.has(id));
      if (unknown.length > 0) {
        const rows = await inChunks(unknown, (some) =>
          db<Row>('login_records').whereIn('user_id', some).whereNotNull('user_info').select('user_id', 'user_info'),
        );
        const found = new Map(rows.map((row) => [row.user_id, JSON.parse(row.user_info ?? '{}') as UserInfo]));
        for (const id of unknown) {
          const info = found.get(id);
          if (info === undefined) nameless.set(id, true);
          else infos.set(id, info);
        }
      }
      const known = new Map<number, UserInfo>();
      for (const id of userIds) {
        const info = nameless.has(id) ? undefined : infos.get(id);
        if (info !== undefined) known.set(id, info);
      }
      return known;
    },
    async noteLogin(userId, { authenticator, userInfo, authState }) {
      const state =
        keys().length === 0
          ? { auth_state: null }
          : authState === undefined
            ? {}
            : { auth_state: encrypt(userId, authState) };
      const user_info = userInfo === undefined ? null : JSON.stringify(userInfo);
      const note = JSON.stringify([authenticator, user_info, state]);
      if (noted.get(userId) === note) return;
      await store(userId, authenticator, { authenticator, user_info, ...state });
      infos.delete(userId);
      nameless.delete(userId);
      noted.set(userId, note);
    },
    async authenticatorOf(userId) {
      const row = await db<Row>('login_records').where({ user_id: userId }).first('authenticator');
      return row?.authenticator;
    },
    async idsBy(authenticator) {
      const rows = await db<Row>('login_records').where({ authenticator }).select('user_id');
      return rows.map((row) => row.user_id);
    },
    async countBy(authenticator) {
      const rows = await db('login_records').where({ authenticator }).count({ total: '*' });
      return Number(rows[0]?.['total'] ?? 0);
    },
  };
}

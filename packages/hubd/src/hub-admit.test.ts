import { schema } from '@tshub/config';
import { describe, expect, test } from 'vitest';
import { makeAdmit } from './hub-admit.ts';

const accounts: Readonly<Record<string, { name: string; uid: number; groups: Array<{ name: string }> }>> = {
  ada: { name: 'ada', uid: 1000, groups: [{ name: 'students' }] },
  boss: { name: 'boss', uid: 1001, groups: [{ name: 'tshub-admin' }] },
  root: { name: 'root', uid: 0, groups: [] },
};
const admit = (login: Readonly<Record<string, unknown>>): ((name: string) => Promise<unknown>) =>
  makeAdmit({
    accounts: { byName: (name) => Promise.resolve(accounts[name] ?? null) },
    users: {
      byName: () => Promise.resolve(undefined),
      ensure: (name, admin) => Promise.resolve({ id: 1, name, admin, created: 0, lastActivity: null, cookieId: '' }),
    },
    settings: () => schema.parse({ login }),
  });

describe('a local account that comes over the bus', () => {
  test('comes in by the rules of a login', async () => {
    expect(await admit({})('ada')).toMatchObject({ name: 'ada', admin: false });
    expect(await admit({})('boss')).toMatchObject({ admin: true });
    expect(await admit({ allow_all: false, allowed_groups: ['students'] })('ada')).toMatchObject({ name: 'ada' });
  });

  test.each([
    ['ada', { allow_all: false }],
    ['ada', { blocked_users: ['ada'] }],
    ['boss', { blocked_users: ['boss'] }],
    ['root', {}],
    ['nobody-here', {}],
  ])('%s stays out with %j', async (name, login) => {
    await expect(admit(login)(name)).rejects.toMatchObject({ code: 'forbidden' });
  });

  test('is nobody where names are checked by somebody else', async () => {
    const authenticator = 'oidc';
    const oidc = { provider: 'google', client_id: 'hub', allowed_domains: ['school.example'] };
    const byProvider = makeAdmit({
      accounts: { byName: (name) => Promise.resolve(accounts[name] ?? null) },
      users: { byName: () => Promise.resolve(undefined), ensure: () => Promise.reject(new Error('not expected')) },
      settings: () => schema.parse({ hub: { public_url: 'https://hub.example.org' }, login: { authenticator }, oidc }),
    });
    await expect(byProvider('boss')).rejects.toMatchObject({ code: 'forbidden' });
  });
});

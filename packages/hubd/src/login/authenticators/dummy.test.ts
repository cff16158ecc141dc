import { schema } from '@tshub/config';
import { expect, test } from 'vitest';
import { makeDummyAuthenticate } from './dummy.ts';

const accounts = { byName: async (name: string) => (name === 'ada' ? { groups: [{ name: 'students' }] } : null) };
const check = (dummy_password: string, user: string, password: string) =>
  makeDummyAuthenticate(
    () => schema.parse({ login: { authenticator: 'dummy', dummy_is_for_tests_only: true, dummy_password } }),
    accounts,
  ).begin({ user, password, from: '' });

test('the password of the settings lets anybody in', async () => {
  expect(await check('secret', 'Ada', 'secret')).toEqual({ kind: 'ok', user: 'ada', groups: ['students'] });
  expect(await check('secret', 'guest', 'secret')).toEqual({ kind: 'ok', user: 'guest', groups: [] });
});

test('another password lets nobody in', async () => {
  expect(await check('secret', 'ada', 'Secret')).toMatchObject({ kind: 'refused' });
});

test('no password in the settings accepts any', async () => {
  expect(await check('', 'ada', 'whatever')).toMatchObject({ kind: 'ok' });
});

test.each(['1a', '_a', 'a b', 'ä', `a${'b'.repeat(64)}`])('%j is no name', async (name) => {
  expect(await check('', name, '')).toMatchObject({ kind: 'refused' });
});

import type { ServerModel } from '@tshub/contract';
import { describe, expect, test } from 'vitest';
import { expandScopes } from './expand.ts';
import { filterUser } from './filter.ts';

const server = (name: string): ServerModel => ({
  name,
  display_name: null,
  full_name: `ada/${name}`,
  last_activity: null,
  started: null,
  pending: null,
  ready: true,
  stopped: false,
  url: '/user/ada/',
  user_options: null,
  progress_url: '',
  full_url: null,
  full_progress_url: null,
  last_end: null,
  ends: null,
  state: { unit: 'tshub-server-ada.service' },
});
const ada = {
  kind: 'user' as const,
  name: 'ada',
  admin: false,
  roles: ['user'],
  groups: [],
  server: '/user/ada/',
  pending: null,
  created: '2026-01-01T00:00:00Z',
  last_activity: null,
  servers: { '': server(''), lab: server('lab') },
  auth_state: null,
  user_info: null,
};
const shown = (...raw: string[]): string[] =>
  Object.keys(filterUser(ada, expandScopes(raw, { owner: null })) ?? {}).toSorted();

describe('what is shown of a user', () => {
  test.each([
    [['read:users:name'], ['admin', 'kind', 'name', 'user_info']],
    [['read:users:groups'], ['groups', 'kind', 'name']],
    [['read:users:activity'], ['kind', 'last_activity', 'name']],
    [['read:roles:users'], ['admin', 'kind', 'name', 'roles']],
    [['admin:auth_state'], ['auth_state', 'kind', 'name']],
    [
      ['read:users'],
      ['admin', 'created', 'groups', 'kind', 'last_activity', 'name', 'pending', 'roles', 'server', 'user_info'],
    ],
    [['read:servers'], ['admin', 'kind', 'name', 'servers', 'user_info']],
    [['read:users!user=bob'], []],
    [['proxy'], []],
  ])('%j', (scopes, keys) => expect(shown(...scopes)).toEqual(keys));

  test('a scope for one server shows that server and no attribute of its user', () => {
    const model = filterUser(ada, expandScopes(['read:servers!server=ada/lab'], { owner: null }));
    expect(Object.keys(model ?? {}).toSorted()).toEqual(['kind', 'name', 'servers']);
    expect(Object.keys(model?.servers ?? {})).toEqual(['lab']);
  });

  test('the state of a server is for those who may see it', () => {
    const stateWith = (scope: string): unknown =>
      filterUser(ada, expandScopes([scope], { owner: null }))?.servers?.['']?.state;
    expect(stateWith('read:servers')).toBeUndefined();
    expect(stateWith('admin:servers')).toEqual({ unit: 'tshub-server-ada.service' });
  });
});

import { TshubError } from '@tshub/contract';
import { describe, expect, test } from 'vitest';
import type { Caller, Resource } from '../caller/caller.ts';
import { holds, listable, requireScope, requireSome } from './require.ts';

const callerWith = (...scopes: string[]): Caller => ({
  owner: { kind: 'user', id: 1, name: 'ada', admin: false },
  scopes: new Set(scopes),
  via: 'token',
  tokenId: 1,
  sessionId: null,
  from: '192.0.2.1',
});
const codeOf = (action: () => void): string => {
  try {
    action();
    return 'passed';
  } catch (error) {
    return error instanceof TshubError ? error.code : 'other';
  }
};
const ada: Resource = { kind: 'user', user: 'ada', groups: new Set(['g']) };
const adasLab: Resource = { kind: 'server', user: 'ada', server: 'lab', groups: new Set(['g']) };

describe('whether a scope is held', () => {
  test.each<[string, Resource, string]>([
    ['servers', adasLab, 'yes'],
    ['servers!user=ada', adasLab, 'yes'],
    ['servers!server=ada/lab', adasLab, 'yes'],
    ['servers!server=ada/', adasLab, 'filtered'],
    ['servers!user=bob', adasLab, 'filtered'],
    ['servers!group=g', adasLab, 'yes'],
    ['servers!group=h', adasLab, 'filtered'],
    ['servers!server=ada/lab', ada, 'filtered'],
    ['servers!user=ada', { kind: 'none' }, 'filtered'],
    ['read:servers', adasLab, 'no'],
  ])('%s', (scope, resource, answer) => {
    expect(holds(new Set([scope]), 'servers', resource)).toBe(answer);
  });
});

describe('what a caller is told', () => {
  test('one of several scopes is enough', () => {
    expect(codeOf(() => requireScope(callerWith('servers!user=ada'), ['start:servers', 'servers'], adasLab))).toBe(
      'passed',
    );
  });

  test('a scope for others makes the resource look missing', () => {
    expect(codeOf(() => requireScope(callerWith('servers!user=bob'), ['servers'], adasLab))).toBe('not_accessible');
  });

  test('without any form of the scope the answer names what is needed', () => {
    const error = ((): unknown => {
      try {
        return requireScope(callerWith('proxy'), ['start:servers', 'servers'], adasLab);
      } catch (thrown) {
        return thrown;
      }
    })();
    expect(error).toMatchObject({
      code: 'no_scope',
      message: 'Action is not authorized with current scopes; requires any of [start:servers, servers]',
    });
  });

  test('a list is open to any form, and refused without one', () => {
    expect(codeOf(() => requireSome(callerWith('list:users!user=ada'), ['list:users']))).toBe('passed');
    expect(codeOf(() => requireSome(callerWith('read:users'), ['list:users']))).toBe('no_scope');
  });

  test('a list of users holds those that the scope names', () => {
    const kinds = ['user', 'group'] as const;
    expect(listable(callerWith('list:users'), 'list:users', kinds)).toBe('all');
    expect(listable(callerWith('list:users!user=ada', 'list:users!user=bob'), 'list:users', kinds)).toMatchObject({
      user: ['ada', 'bob'],
      group: [],
    });
    expect(codeOf(() => listable(callerWith('list:users!server=ada/'), 'list:users', kinds))).toBe('no_scope');
  });
});

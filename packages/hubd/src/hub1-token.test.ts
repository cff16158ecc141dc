import { scopes } from '@tshub/contract';
import { expect, test } from 'vitest';
import { readTokenWish } from './hub1-token.ts';

test("`self` and `!user` are spelt out, and are one's own", () => {
  const { scopes: spelt, actions, isOwn } = readTokenWish(['self', 'read:users!user'], 'ada');
  expect(spelt).toContain('servers!user=ada');
  expect(spelt).toContain('read:users!user=ada');
  expect(spelt).not.toContain('self');
  expect([actions, isOwn]).toEqual([['org.tshub.hub.manage-own-server'], true]);
});

test("a server of one's own is one's own, a server of somebody else is not", () => {
  expect(readTokenWish(['servers!server=ada/lab'], 'ada')).toMatchObject({ isOwn: true });
  expect(readTokenWish(['servers!server=adam/lab'], 'ada')).toMatchObject({
    isOwn: false,
    actions: ['org.tshub.hub.manage-servers'],
  });
});

test('every action that a wish needs is asked for', () => {
  expect(readTokenWish(['self', 'list:users', 'servers', 'admin:users'], 'ada').actions).toEqual([
    'org.tshub.hub.manage-own-server',
    'org.tshub.hub.read',
    'org.tshub.hub.manage-servers',
    'org.tshub.hub.manage-users',
  ]);
});

test('root has no things of its own', () => {
  expect(() => readTokenWish(['self'], '')).toThrow('no token with the scope "self"');
  expect(() => readTokenWish(['servers!user'], '')).toThrow('no token with the scope "servers!user"');
});

test('scopes that make their holder somebody else are never given for everybody', () => {
  for (const scope of [
    'access:servers',
    'access:services',
    'admin:auth_state',
    'inherit',
    'proxy',
    'shares',
    'tokens',
    '(no_scope)',
  ]) {
    expect(() => readTokenWish([scope], ''), scope).toThrow('is given over the bus');
  }
});

test('tokens of one other person are for who may decide what people do', () => {
  expect(readTokenWish(['tokens!user=bob'], 'ada')).toMatchObject({
    isOwn: false,
    actions: ['org.tshub.hub.manage-roles'],
  });
  expect(readTokenWish(['tokens!user=ada'], 'ada')).toMatchObject({ isOwn: true });
  expect(() => readTokenWish(['tokens!group=staff'], 'ada')).toThrow('is given over the bus');
});

test('who comes into a server is for its owner, or for who may decide what people do', () => {
  expect(readTokenWish(['shares!user=bob'], 'ada')).toMatchObject({
    isOwn: false,
    actions: ['org.tshub.hub.manage-roles'],
  });
  // A token of one's own holds it only if oneself does.
  expect(readTokenWish(['shares!user=ada'], 'ada')).toMatchObject({ isOwn: true });
  expect(readTokenWish(['shares!server=ada/lab', 'read:shares!user'], 'ada')).toMatchObject({ isOwn: true });
  for (const scope of ['shares!group=staff', 'shares!server=bob/lab'])
    expect(() => readTokenWish([scope], 'ada'), scope).toThrow('is given over the bus');
});

test("a scope over everybody never passes as one's own, whatever it is", () => {
  for (const scope of Object.keys(scopes).filter((name) => name !== 'self')) {
    let isOwn = false;
    try {
      ({ isOwn } = readTokenWish([scope], 'ada'));
    } catch {
      // Refused is as good.
    }
    expect([scope, isOwn]).toEqual([scope, false]);
  }
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  escapeName,
  parseServerUnit,
  serverClientId,
  serverPrefix,
  serverSocket,
  serverUnit,
  userSlice,
} from './server-unit.ts';

const name = fc.string({ minLength: 1, maxLength: 40, unit: 'grapheme' });

test('a unit name leads back to its user and server, whatever they are called', () => {
  fc.assert(
    fc.property(name, fc.oneof(fc.constant(''), name), (user, server) => {
      expect(parseServerUnit(serverUnit(user, server))).toEqual({ user, server });
    }),
  );
});

test('a unit name holds only what systemd allows', () => {
  fc.assert(
    fc.property(name, name, (user, server) => {
      expect(serverUnit(user, server)).toMatch(/^[A-Za-z0-9:_.\\-]+$/);
    }),
  );
});

test.each([
  ['ada', '', 'tshub-server-ada.service'],
  ['ada', 'lab', 'tshub-server-ada-lab.service'],
  ['a-b', '', String.raw`tshub-server-a\x2db.service`],
  ['a', 'b', 'tshub-server-a-b.service'],
  ['.x', '', String.raw`tshub-server-\x2ex.service`],
  ['a/b', '', String.raw`tshub-server-a\x2fb.service`],
])('user %j with server %j has the unit %s', (user, server, unit) => {
  expect(serverUnit(user, server)).toBe(unit);
});

test.each(['tshub.service', 'tshub-server-.service', 'tshub-server-a-b-c.service', 'cron.service'])(
  '%s is not the unit of a server',
  (unit) => {
    expect(parseServerUnit(unit)).toBeNull();
  },
);

test('a dash in a user name does not nest its slice', () => {
  expect(userSlice('a-b')).toBe(String.raw`tshub-users-a\x2db.slice`);
});

test('a socket path fits into a socket address, however long the names', () => {
  expect(Buffer.byteLength(serverSocket('ü'.repeat(200), 'x'.repeat(200)))).toBeLessThan(108);
});

test('names are escaped in paths as the peer does: @ stays, everything unusual is encoded', () => {
  expect(escapeName("a@b c/ü!'()*")).toBe('a@b%20c%2F%C3%BC%21%27%28%29%2A');
  expect(serverPrefix('ada', '')).toBe('/user/ada/');
  expect(serverPrefix('ada', 'lab')).toBe('/user/ada/lab/');
});

test('the client id of a server is encoded as the peer does', () => {
  expect(serverClientId('a@b', '')).toBe('jupyterhub-user-a%40b');
  expect(serverClientId('ada', 'lab')).toBe('jupyterhub-user-ada!lab');
  expect(serverClientId('ada-lab', '')).toBe('jupyterhub-user-ada-lab');
  expect(serverClientId('ada!lab', '')).toBe('jupyterhub-user-ada%21lab');
});

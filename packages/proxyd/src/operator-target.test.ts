import { expect, test } from 'vitest';
import { parseOperatorTarget } from './operator-target.ts';

test.each([
  ['http://127.0.0.1:8081', { kind: 'tcp', host: '127.0.0.1', port: 8081, isTls: false }, ''],
  ['http://localhost/', { kind: 'tcp', host: 'localhost', port: 80, isTls: false }, ''],
  ['https://lab.example.org/a/b/', { kind: 'tcp', host: 'lab.example.org', port: 443, isTls: true }, '/a/b'],
  ['http://[::1]:81/x', { kind: 'tcp', host: '::1', port: 81, isTls: false }, '/x'],
  ['http+unix://%2Frun%2Fhub.sock/x', { kind: 'unix', path: '/run/hub.sock' }, '/x'],
  ['unix+http://%2Frun%2FHub.sock', { kind: 'unix', path: '/run/Hub.sock' }, ''],
  ['unix:/run/hub.sock', { kind: 'unix', path: '/run/hub.sock' }, ''],
])('%s leads to %j', (text, target, path) => {
  expect(parseOperatorTarget(text)).toEqual({ target, path });
});

test.each([
  '',
  'localhost:8081',
  '127.0.0.1',
  'ftp://127.0.0.1/',
  'http://',
  'http://127.0.0.1:0',
  'http://127.0.0.1:99999',
  'http://ada:secret@127.0.0.1',
  'http://127.0.0.1/?a',
  'http://127.0.0.1/#a',
  'http+unix://run/hub.sock',
  'http+unix://%2Frun%00',
  'unix:run/hub.sock',
])('%j is refused', (text) => {
  expect(() => parseOperatorTarget(text)).toThrow(/target: expected a URL such as/);
});

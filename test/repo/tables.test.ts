import { polkitActions, errors, events, interfaces, scopes, spawnEnvironment } from '@tshub/contract';
import { expect, test } from 'vitest';

test.each([
  ['errors', Object.keys(errors)],
  ['events', Object.keys(events)],
  ['polkit actions', Object.keys(polkitActions)],
  ['scopes', Object.keys(scopes)],
  ['variables of a start', [...spawnEnvironment]],
  ...interfaces.map((one): [string, string[]] => [`methods of ${one.name}`, Object.keys(one.methods)]),
  ...interfaces.map((one): [string, string[]] => [`properties of ${one.name}`, Object.keys(one.properties)]),
])('the table of %s is sorted', (_, names) => {
  expect(names).toEqual([...names].sort((a, b) => (a < b ? -1 : 1)));
});

test('no two events share a MESSAGE_ID, and each is 32 hex digits', () => {
  const ids = Object.values(events).map((one) => one.id);
  expect(new Set(ids).size).toBe(ids.length);
  for (const id of ids) expect(id).toMatch(/^[0-9a-f]{32}$/);
});

test('every sub-scope is a scope', () => {
  for (const { sub } of Object.values(scopes)) for (const name of sub) expect(Object.keys(scopes)).toContain(name);
});

import { expect, test } from 'vitest';
import { socketPaths, systemBusAddress } from './address.ts';
import { matchRule } from './signals.ts';

test('a match rule holds what is asked for, quotes escaped', () => {
  expect(matchRule({ sender: 'org.x', pathNamespace: '/a', arg0: "it's" })).toBe(
    "type='signal',sender='org.x',path_namespace='/a',arg0='it'\\''s'",
  );
});

test('socket paths come in the order of the address', () => {
  expect(socketPaths('tcp:host=x;unix:path=/run/a%20b,guid=1;unix:abstract=/tmp/c')).toEqual(['/run/a b', '\0/tmp/c']);
});

test('the system bus is where the environment says, or where it always is', () => {
  expect(systemBusAddress({ DBUS_SYSTEM_BUS_ADDRESS: 'unix:path=/x' })).toBe('unix:path=/x');
  expect(systemBusAddress({})).toBe('unix:path=/run/dbus/system_bus_socket');
});

import { expect, test } from 'vitest';
import { holderOfPort, parseHolder, portOf } from './port.ts';

test.each([
  ['[::]:8000', 8000],
  ['0.0.0.0:80', 80],
  ['8000', 8000],
  ['/run/x.sock', null],
  ['', null],
])('the port of "%s" is %s', (listen, port) => {
  expect(portOf(listen)).toBe(port);
});

test('the program that has a port is named with its pid', () => {
  const listing = 'LISTEN 0 511 *:8000 *:* users:(("python3",pid=812,fd=7),("python3",pid=811,fd=7))\n';
  expect(parseHolder(listing)).toBe('python3 (pid 812)');
});

test('what only root could see is not known', () => {
  expect(parseHolder('LISTEN 0 511 *:8000 *:*\n')).toBeNull();
});

test('without ss, or without a port, nothing is known', async () => {
  await expect(holderOfPort({ read: async () => null }, 8000)).resolves.toBeNull();
  await expect(
    holderOfPort({ read: async () => ({ exit: 0, stdout: 'users:(("x",pid=1' }) }, null),
  ).resolves.toBeNull();
});

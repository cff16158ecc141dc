import { hubApi } from '@tshub/contract';
import { expect, test } from 'vitest';
import { serverEnvironment } from '../../packages/hubd/src/servers/environment.ts';
import { checkEnvironment } from '../../packages/spawnerd/src/launch/environment.ts';

// The two daemons meet in the contract alone; here is where they are held against each other.
test.each([
  ['ada', ''],
  ['ada', 'lab'],
  ['Zoë@example.org', 'my lab (2)'],
  ["o'hara~1", 'x.y_z-1'],
  ['日本', '*!'],
])('what hubd gives to the server of %s called %j is what spawnerd lets through', (user, server) => {
  for (const publicUrl of ['', 'https://hub.example.org', 'http://10.0.0.1:8000/', 'https://[2001:db8::1]:8443']) {
    const apiUrl = `http://${hubApi.host}:${hubApi.port}/hub/api`;
    for (const cookieSameSite of ['lax', 'strict'] as const) {
      const token = '0123456789abcdef0123456789abcdef';
      const given = serverEnvironment({ user, server, token, apiUrl, publicUrl, cookieSameSite });
      expect(checkEnvironment(given, { user, server })).toEqual(given);
    }
  }
});

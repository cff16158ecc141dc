import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from './support/machine.ts';
import { machine, passwords, stopServer, visitor } from './support/suite.ts';

const dropin = '/etc/tshub/tshub.toml.d/40-named.toml';

beforeAll(async () => {
  await stopServer('ada');
  await machine.write(dropin, '[hub]\nallow_named_servers = true\n');
  await machine.run(['systemctl', 'restart', 'tshub']);
  await eventually('the hub answers', async () => (await fetch(`${machine.url}/hub/health`)).ok);
});
afterAll(async () => {
  await machine.run(['tshubctl', 'server', 'stop', 'ada', 'second'], { fails: true });
  await machine.sh(`rm -f ${dropin}`);
  await machine.run(['systemctl', 'restart', 'tshub']);
});

test('a second server of the same user has a unit, a socket and logins of its own', async () => {
  const guest = visitor();
  expect((await guest.logIn('ada', passwords.ada)).status).toBe(302);
  await machine.run(['tshubctl', 'server', 'start', 'ada', 'second'], { user: 'ada' });
  const unit = 'tshub-server-ada-second.service';
  const { ActiveState, Slice } = await machine.show(unit, 'ActiveState', 'Slice');
  expect({ ActiveState, Slice }).toEqual({ ActiveState: 'active', Slice: 'tshub-users-ada.slice' });
  // Through authorize and the code exchange of the real single-user server.
  const page = await guest.visit('/user/ada/second/lab');
  expect(page.status).toBe(200);
  expect(page.path).toMatch(/^\/user\/ada\/second\/lab/);
  expect((await machine.show('tshub-server-ada.service', 'ActiveState'))['ActiveState']).toBe('inactive');
});

test('stopping one server leaves the other', async () => {
  await machine.run(['tshubctl', 'server', 'start', 'ada'], { user: 'ada' });
  await machine.run(['tshubctl', 'server', 'stop', 'ada', 'second'], { user: 'ada' });
  expect((await machine.show('tshub-server-ada-second.service', 'ActiveState'))['ActiveState']).toBe('inactive');
  expect((await machine.show('tshub-server-ada.service', 'ActiveState'))['ActiveState']).toBe('active');
  await stopServer('ada');
});

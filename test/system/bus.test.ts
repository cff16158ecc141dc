import { interfaces } from '@tshub/contract';
import { beforeAll, describe, expect, test } from 'vitest';
import { visitorWithServer } from './support/server.ts';
import { machine, stopServer } from './support/suite.ts';

beforeAll(async () => {
  await visitorWithServer('ada');
  await visitorWithServer('bob');
});

const ctl = async (user: string, ...args: readonly string[]) =>
  machine.run(['tshubctl', ...args], { user, fails: true });

test.each(interfaces.map((one) => [one.name, one] as const))(
  '%s is on the bus with every member and the names of its arguments',
  async (_, one) => {
    const xml = await machine.sh(`busctl --xml-interface introspect ${one.busName} ${one.path}`);
    for (const [name, method] of Object.entries(one.methods)) {
      expect(xml).toContain(`<method name="${name}"`);
      for (const argument of [...method.in, ...method.out])
        expect(xml).toMatch(new RegExp(`<arg[^>]* name="${argument.name}"`));
    }
    for (const name of Object.keys(one.properties)) expect(xml).toContain(`<property name="${name}"`);
  },
);

describe('tshubctl', () => {
  test('an administrator sees the daemons', async () => {
    const { code, out } = await ctl('grace', 'status');
    expect(code).toBe(0);
    for (const word of ['tshub.service', 'tshub-proxyd.service', 'tshub-cullerd.service', 'active'])
      expect(out).toContain(word);
  });

  test.each(['grace', 'root'])('%s sees the servers of everybody', async (user) => {
    const { out } = await ctl(user, 'server', 'list', '--json');
    expect((JSON.parse(out) as { servers: Array<{ user: string }> }).servers.map((one) => one.user).sort()).toEqual([
      'ada',
      'bob',
    ]);
  });

  test('a user sees what is hers, and only that', async () => {
    const { out } = await ctl('ada', 'server', 'list', '--json');
    expect((JSON.parse(out) as { servers: Array<{ user: string }> }).servers.map((one) => one.user)).toEqual(['ada']);
    const users = (JSON.parse((await ctl('ada', 'user', 'list', '--json')).out) as { users: Array<{ name: string }> })
      .users;
    expect(users.map((one) => one.name)).toEqual(['ada']);
  });

  test("a user can neither see nor stop somebody else's server", async () => {
    expect((await ctl('ada', 'server', 'show', 'bob')).code).toBe(4);
    expect((await ctl('ada', 'server', 'stop', 'bob')).code).toBe(4);
    expect((await machine.show('tshub-server-bob.service', 'ActiveState'))['ActiveState']).toBe('active');
  });

  test('a user stops and starts her own server', async () => {
    expect((await ctl('ada', 'server', 'stop', 'ada')).code).toBe(0);
    expect((await machine.show('tshub-server-ada.service', 'ActiveState'))['ActiveState']).toBe('inactive');
    expect((await ctl('ada', 'server', 'start', 'ada')).code).toBe(0);
    expect((await machine.show('tshub-server-ada.service', 'ActiveState'))['ActiveState']).toBe('active');
    expect((await ctl('ada', 'server', 'start', 'ada')).code).toBe(1);
  });

  test('an administrator stops the server of somebody else', async () => {
    expect((await ctl('grace', 'server', 'stop', 'bob')).code).toBe(0);
    expect((await machine.show('tshub-server-bob.service', 'ActiveState'))['ActiveState']).toBe('inactive');
  });

  test('a server that is shown has its unit and what it uses', async () => {
    const { out } = await ctl('grace', 'server', 'show', 'ada', '--json');
    expect((JSON.parse(out) as { server: unknown }).server).toMatchObject({
      user: 'ada',
      server: '',
      unit: 'tshub-server-ada.service',
      ready: true,
      active: 'active',
    });
  });

  test('mistakes are answered with a sentence and a code, without a stack', async () => {
    for (const args of [['server', 'show', 'nobody-here'], ['server', 'start'], ['fly'], ['server', 'start', 'root']]) {
      const { code, out, err } = await ctl('root', ...args);
      expect(code).not.toBe(0);
      expect(out + err).not.toMatch(/^\s+at /m);
      expect(err).not.toBe('');
    }
  });

  test('the settings in force can be printed', async () => {
    const { out } = await ctl('root', 'config', 'show');
    expect(out).toContain('tasks_max = 900');
  });
});

test('routes are for administrators', async () => {
  const routes = async (user: string) => machine.run(['tshubctl', 'route', 'list', '--json'], { user, fails: true });
  expect((JSON.parse((await routes('grace')).out) as { routes: unknown }).routes).toEqual(
    expect.arrayContaining([expect.objectContaining({ prefix: '/user/ada/' })]),
  );
  expect((await routes('ada')).code).toBe(4);
  await stopServer('ada');
});

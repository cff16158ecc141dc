import { afterAll, describe, expect, test } from 'vitest';
import { machine, passwords, visitor } from './support/suite.ts';

const dropin = '/etc/tshub/tshub.toml.d/80-tshubctl.toml';

describe('config diff', () => {
  afterAll(async () => {
    await machine.run(['rm', '-f', dropin]);
    await machine.run(['systemctl', 'reload', 'tshub', 'tshub-cullerd']);
    await machine.run(['systemctl', 'restart', 'tshub']);
  });

  interface Diff {
    readonly not_default: ReadonlyArray<{ key: string; value: unknown; file: string }>;
    readonly not_in_use: ReadonlyArray<{ key: string; unit: string; apply: string }>;
    readonly away: readonly string[];
  }
  const diff = async (user = 'root'): Promise<Diff> =>
    JSON.parse((await machine.run(['tshubctl', 'config', 'diff', '--json'], { user })).out) as Diff;
  const pending = async () => (await diff()).not_in_use.map(({ key, apply }) => [key, apply]);

  test('follows a setting from the file to the daemons', async () => {
    expect(await pending()).toEqual([]);
    const written =
      '[hub]\nname = "Elsewhere"\ncookie_max_age_days = 3\n[culler]\ncull_every = 77\n[spawner.environment]\nKEY = "hush-hush"\n';
    await machine.write(dropin, written);
    expect(await pending()).toEqual([
      ['culler.cull_every', 'systemctl reload tshub'],
      ['hub.cookie_max_age_days', 'systemctl reload tshub'],
      ['hub.name', 'systemctl reload tshub'],
      ['spawner.environment.KEY', 'systemctl reload tshub'],
      ['culler.cull_every', 'systemctl reload tshub-cullerd'],
    ]);
    const { not_default } = await diff('grace');
    expect(not_default).toContainEqual(expect.objectContaining({ key: 'culler.cull_every', value: 77, file: dropin }));
    await machine.run(['systemctl', 'reload', 'tshub', 'tshub-cullerd']);
    expect(await pending()).toEqual([['hub.cookie_max_age_days', 'systemctl restart tshub']]);
    await machine.run(['systemctl', 'restart', 'tshub']);
    expect(await pending()).toEqual([]);
  });

  test('is for those who may see everything', async () => {
    const { code, err } = await machine.run(['tshubctl', 'config', 'diff'], { user: 'bob', fails: true });
    expect([code, err]).toEqual([4, expect.stringContaining('be in the group tshub-admin')]);
  });

  test('does without a daemon, and says how to start it', async () => {
    await machine.run(['systemctl', 'stop', 'tshub-cullerd']);
    try {
      const { code, out } = await machine.run(['tshubctl', 'config', 'diff'], { fails: true });
      expect([code, out]).toEqual([
        5,
        expect.stringMatching(/\ntshub-cullerd.service is not running: systemctl start tshub-cullerd$/),
      ]);
    } finally {
      await machine.run(['systemctl', 'start', 'tshub-cullerd']);
    }
  });
});

describe('log', () => {
  test('shows who logged in, to those who may read the journal', async () => {
    await visitor().logIn('bob', passwords.bob);
    const { out } = await machine.run(['tshubctl', 'log', 'login', '--user', 'bob', '--lines', '1', '--json']);
    expect(JSON.parse(out)).toMatchObject({ TSHUB_EVENT: 'login', TSHUB_USER: 'bob' });
    expect(await machine.sh('tshubctl log login --user ada --since tomorrow')).toBe('-- No entries --');
  });

  test('tells everybody else which group may', async () => {
    const { code, err } = await machine.run(['tshubctl', 'log'], { user: 'bob', fails: true });
    expect([code, err]).toEqual([4, expect.stringContaining('usermod -aG systemd-journal bob')]);
  });

  test('is not written by servers, whatever they call themselves', async () => {
    await machine.sh(
      `systemd-run --quiet --wait --uid=bob --unit=tshub-server-bob-x python3 -c 'import socket; s=socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); s.connect("/run/systemd/journal/socket"); s.send(b"MESSAGE=forged\\nTSHUB_EVENT=login\\nTSHUB_USER=root\\n")'`,
    );
    expect(await machine.sh('journalctl TSHUB_EVENT=login TSHUB_USER=root --no-pager')).toContain('forged');
    expect(await machine.sh('tshubctl log login --user root')).not.toContain('forged');
  });
});

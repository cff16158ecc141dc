import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from './support/machine.ts';
import { installWeb, web, withoutSettings, withSettings } from './support/settings.ts';
import { machine, passwords, stopServer, visitor } from './support/suite.ts';

// Servers that end, or do not start, for each reason that can be had on a real host: one sentence for their user, a longer one with numbers for
// administrators, wherever the one or the other looks.

const unit = 'tshub-server-ada.service';
const shell = (script: string): string => `command = ["/bin/sh", "-c", ${JSON.stringify(script)}]`;
const serve = `command = ["${web}", "unix:{socket}"]`;

interface Row {
  readonly what: string;
  readonly spawner: string;
  /** Of the unit's drop-in: what no setting of ours can say. */
  readonly dropin?: string;
  /** What its user is told. */
  readonly reason: RegExp | string;
  /** What administrators are told besides. */
  readonly detail: RegExp;
}

const rows: readonly Row[] = [
  {
    what: 'an exit code',
    spawner: shell('exit 3'),
    reason: 'exited with code 3',
    detail: /its program ended with status 3/,
  },
  {
    what: 'a program that is not there',
    spawner: 'command = ["/opt/no/such/program"]',
    reason: 'command not found: /opt/no/such/program',
    detail: /its start failed when spawnerd started its unit/,
  },
  {
    what: 'an interpreter that is not there',
    spawner: 'command = ["/opt/tshub-test/headless"]',
    reason: 'cannot run /opt/tshub-test/headless: it, or the interpreter that it names, is missing or not executable',
    detail: /status 203\/EXEC \(look at: command/,
  },
  {
    what: 'a working directory that is not there',
    spawner: `${serve}\nuser_workingdir = "/no/such/folder"`,
    reason: 'the working directory /no/such/folder does not exist',
    detail: /status 200\/CHDIR \(look at: user_workingdir/,
  },
  {
    what: 'a path of the sandbox that is not there',
    spawner: `${serve}\nreadonly_paths = ["/no/such/path"]`,
    reason: 'the path /no/such/path in readonly_paths or readwrite_paths does not exist',
    detail: /status 226\/NAMESPACE/,
  },
  {
    what: 'a hook that fails',
    spawner: `${serve}\npre_start = ["/etc/tshub/explained-hook"]`,
    reason: '/etc/tshub/explained-hook failed before the server started (code 4)',
    detail: /explained-hook, run before it, ended with status 4/,
  },
  {
    what: 'a start that takes too long',
    spawner: `${serve}\npre_start = ["/etc/tshub/explained-slow"]\nstart_timeout = 1`,
    reason: 'did not start within 1 seconds',
    detail: /its start job (did not end in time|ended as "failed"); result timeout/,
  },
  {
    what: 'a program that ends at once',
    spawner: shell('true'),
    // Whether it was there for a moment is a matter of that moment.
    reason: /the program ended at once, without an error|it ended before it answered/,
    detail: /its start failed when /,
  },
  {
    what: 'a signal',
    spawner: shell('kill -KILL $$'),
    reason: 'ended by signal SIGKILL',
    detail: /result signal; its program was ended by signal 9 \(SIGKILL\)/,
  },
  {
    what: 'a crash',
    spawner: shell('kill -ABRT $$'),
    reason: 'ended by signal SIGABRT',
    detail: /its program (dumped core at|was ended by) signal 6 \(SIGABRT\)/,
  },
  {
    what: 'a watchdog',
    spawner: shell('exec sleep 60'),
    dropin: 'WatchdogSec=1s',
    reason: 'stopped answering the service manager',
    detail: /result watchdog/,
  },
  {
    what: 'an account that has gone',
    spawner: serve,
    dropin: 'User=nobody-of-this-host',
    reason: 'there is no account nobody-of-this-host',
    detail: /status 217\/USER/,
  },
  {
    what: 'a credential that is not there',
    spawner: serve,
    dropin: 'LoadCredential=key:/no/such/key',
    reason: 'its credentials could not be read',
    detail: /status 243\/CREDENTIALS \(look at: LoadCredential in a drop-in/,
  },
  {
    what: 'a program that does not answer',
    spawner: `${shell('exec sleep 60')}\nhttp_timeout = 1`,
    reason: 'the server did not answer within 1 s',
    detail: /its program was to answer.*error spawn_failed; its unit was active; look at: http_timeout/,
  },
];

beforeAll(async () => {
  await stopServer('ada');
  await installWeb();
  const script = (path: string, text: string) => machine.write(path, `${text}\n`, '0755');
  await script('/opt/tshub-test/headless', '#!/no/such/interpreter');
  await script('/etc/tshub/explained-hook', '#!/bin/sh\nexit 4');
  await script('/etc/tshub/explained-slow', '#!/bin/sh\nsleep 20');
});
afterAll(async () => {
  await stopServer('ada');
  await withDropin(undefined);
  await machine.sh('rm -f /opt/tshub-test/headless /etc/tshub/explained-*');
  await withoutSettings();
});

interface Shown {
  readonly reason?: string;
  readonly detail?: string;
}

async function show(user?: string): Promise<Shown> {
  const { out } = await machine.run(
    ['tshubctl', 'server', 'show', 'ada', '--json'],
    user === undefined ? {} : { user },
  );
  return (JSON.parse(out) as { server: Shown }).server;
}

const dropinFile = `/run/systemd/system/${unit}.d/explained.conf`;

async function withDropin(text: string | undefined): Promise<void> {
  if (text === undefined) await machine.sh(`rm -f ${dropinFile}`);
  else await machine.write(dropinFile, `[Service]\n${text}\n`);
  await machine.run(['systemctl', 'daemon-reload']);
}

test.each(rows)('$what is told to the user in a sentence, and to administrators in a longer one', async (row) => {
  await withSettings(`[spawner]\n${row.spawner}\n`);
  await withDropin(row.dropin);
  const began = await machine.sh('date +%s.%N');
  const { code, err } = await machine.run(['tshubctl', 'server', 'start', 'ada'], { user: 'ada', fails: true });
  expect(code).not.toBe(0);
  expect(err).toMatch(row.reason);

  const own = await show('ada');
  expect(own.reason).toMatch(row.reason);
  expect(own).not.toHaveProperty('detail');
  const { detail = '' } = await show();
  expect(detail.startsWith(`${unit}: `)).toBe(true);
  expect(detail).toMatch(row.detail);
  expect(detail).toMatch(row.reason);
  expect(detail.length).toBeGreaterThan(own.reason?.length ?? 0);
  // What it names can be followed, if there was a unit.
  const invocation = /INVOCATION_ID=([0-9a-f]{32})/.exec(detail)?.[1];
  if (invocation !== undefined)
    expect((await machine.journal(`INVOCATION_ID=${invocation}`, `UNIT=${unit}`)).length).toBeGreaterThan(0);

  const [told] = await machine.journal('-u', 'tshub', 'TSHUB_EVENT=server-failed', `--since=@${began}`);
  expect(String(told?.['MESSAGE'])).toMatch(row.reason);
  expect(told?.['TSHUB_DETAIL']).toBe(detail);

  const guest = visitor();
  await guest.logIn('ada', passwords.ada);
  const page = await guest.visit('/hub/spawn-pending/ada');
  expect(page.text).toMatch(row.reason);
  expect(page.text).not.toContain('look at:');
  expect(await machine.show(unit, 'ActiveState')).toEqual({ ActiveState: 'inactive' });
});

test('a server that has run for as long as it may is told, and its end too', async () => {
  await withSettings(`[spawner]\n${serve}\nruntime_max = 3\n`);
  await machine.run(['tshubctl', 'server', 'start', 'ada'], { user: 'ada' });
  const ended = await eventually('it was ended', async () => {
    const shown = await show();
    return shown.reason?.startsWith('The server stopped: ') === true && shown;
  });
  expect(ended.reason).toBe('The server stopped: took too long and was ended');
  expect(ended.detail).toMatch(/^tshub-server-ada\.service: result timeout \(.*runtime_max\).*INVOCATION_ID=/);
});

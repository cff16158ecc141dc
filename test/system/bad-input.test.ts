import { connect } from 'node:net';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { eventually } from './support/machine.ts';
import { machine, passwords, visitor } from './support/suite.ts';

const broken = '/etc/tshub/tshub.toml.d/90-broken.toml';

/** A restarted hub has forgotten the failed logins of the tests before. */
async function freshHub(): Promise<void> {
  await machine.run(['systemctl', 'reset-failed', 'tshub'], { fails: true });
  await machine.run(['systemctl', 'restart', 'tshub']);
  await eventually('the hub answers', async () => (await fetch(`${machine.url}/hub/health`)).ok);
}

afterAll(freshHub);

describe('the login form', () => {
  afterEach(freshHub);

  test('an unknown user and a wrong password look alike', async () => {
    const answer = async (name: string) => {
      const response = await visitor().logIn(name, 'not the password');
      const text = await response.text();
      return {
        status: response.status,
        text: text
          .replaceAll(name, 'NAME')
          .replace(/name="_xsrf" value="[^"]*"/g, '')
          .replace(/"?xsrf[^>]*>/g, ''),
      };
    };
    const [unknown, wrong] = [await answer('nobodyhere'), await answer('ada')];
    expect(unknown).toEqual(wrong);
    expect(unknown.status).toBe(403);
  });

  test('quick failures are slowed down, and the right password must wait too', async () => {
    const statuses: number[] = [];
    for (let i = 0; i < 6; i++) statuses.push((await visitor().logIn('bob', `guess ${i}`)).status);
    expect(statuses.slice(0, 5)).toEqual([403, 403, 403, 403, 403]);
    expect(statuses[5]).toBe(429);
    const held = await visitor().logIn('bob', passwords.bob);
    expect(held.status).toBe(429);
    expect(Number(held.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await held.text()).toMatch(/wait/i);
  });

  test.each([
    ['nothing', ''],
    ['a space', ' '],
    ['../ada', '../ada'],
    ['5000 letters', 'a'.repeat(5000)],
    ['-rf', '-rf'],
    ['with a NUL', 'ada\0'],
    ['two lines', 'ada\nbob'],
    ['ada/../bob', 'ada/../bob'],
    ['%00', '%00'],
    ['a script', '<script>alert(1)</script>'],
    ['Cyrillic look-alikes', 'рооt'],
    ['SQL', "ada' OR 1=1 --"],
  ])('the odd name (%s) is refused and nothing breaks', async (_, name) => {
    const answer = await visitor().logIn(name, 'x');
    expect([400, 403, 413]).toContain(answer.status);
    const text = await answer.text();
    expect(text).not.toContain('<script>alert');
    expect(text).toMatch(/<form/);
  });

  test.each([
    ['no fields', ''],
    ['a field that is not a form', '{"username":"ada"}'],
    ['bytes that are not UTF-8', 'username=%ff%fe&password=%80'],
    ['a field twice', 'username=ada&username=bob&password=x'],
  ])('a body with %s gets the form again, not an error page', async (_, body) => {
    const guest = visitor();
    await (await guest.fetch('/hub/login')).arrayBuffer();
    const answer = await guest.fetch('/hub/login', {
      method: 'POST',
      body: `_xsrf=${encodeURIComponent(guest.cookies.get('_xsrf') ?? '')}&${body}`,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
    expect([400, 403]).toContain(answer.status);
    expect(await answer.text()).toMatch(/<form/);
  });

  test('a form without its XSRF token is refused with a sentence', async () => {
    const answer = await visitor().fetch('/hub/login', {
      method: 'POST',
      body: new URLSearchParams({ username: 'ada', password: passwords.ada }),
    });
    expect(answer.status).toBe(403);
    expect(await answer.text()).toMatch(/<form/);
  });

  test('a body that is far too large is cut off', async () => {
    const guest = visitor();
    await (await guest.fetch('/hub/login')).arrayBuffer();
    const answer = await guest
      .post('/hub/login', { username: 'ada', password: 'x'.repeat(4_000_000) })
      .catch((error: unknown) => error);
    if (answer instanceof Response) expect([400, 403, 413]).toContain(answer.status);
    expect((await visitor().fetch('/hub/login')).status).toBe(200);
  });

  test.each(['//evil.example', '/\\evil.example', 'https://evil.example/', '/%09/evil.example', 'javascript:alert(1)'])(
    'next=%s does not lead away',
    async (next) => {
      const guest = visitor();
      await (await guest.fetch('/hub/login')).arrayBuffer();
      const answer = await guest.post(`/hub/login?next=${encodeURIComponent(next)}`, {
        username: 'ada',
        password: passwords.ada,
      });
      expect(answer.status).toBe(302);
      expect(new URL(answer.headers.get('location') ?? '', machine.url).origin).toBe(machine.url);
    },
  );
});

describe('the API', () => {
  test.each([
    ['/hub/api/users/ada/server', '{', 403],
    ['/hub/api/nowhere', '', 404],
    ['/hub/api/users', '', 403],
  ])('POST %s without credentials is %j → %i, in JSON', async (path, body, status) => {
    const answer = await fetch(machine.url + path, { method: 'POST', body });
    expect([status, 405]).toContain(answer.status);
    expect(await answer.json()).toMatchObject({ status: answer.status, message: expect.any(String) });
    expect(answer.headers.get('x-jupyterhub-version')).toBe('5.5.1');
  });
});

describe('the listener', () => {
  const raw = async (text: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const socket = connect(8000, machine.address, () => socket.write(text));
      let answer = '';
      socket.setTimeout(15_000, () => socket.destroy());
      socket.on('data', (chunk: Buffer) => (answer += chunk.toString('latin1')));
      socket.on('close', () => resolve(answer));
      socket.on('error', reject);
    });

  test.each([
    ['dot segments', 'GET /user/ada/../bob/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'],
    ['encoded dot segments', 'GET /user/ada/%2e%2e/bob/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'],
    ['an encoded slash in the name', 'GET /user%2Fada/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'],
    [
      'two lengths',
      'POST /hub/login HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n0\r\n\r\n',
    ],
    ['no host', 'GET / HTTP/1.1\r\nConnection: close\r\n\r\n'],
    ['nonsense', 'hello\r\n\r\n'],
  ])('%s is answered with 400', async (_, text) => {
    expect(await raw(text)).toMatch(/^HTTP\/1\.1 400 /);
  });
});

describe('a broken settings file', () => {
  afterEach(async () => {
    await machine.sh(`rm -f ${broken}`);
    await freshHub();
  });

  test('keeps the hub from starting, and the journal names file, key, expected and found', async () => {
    await machine.write(broken, '[hub]\napi_page_max_limit = "many"\n');
    await machine.run(['systemctl', 'restart', 'tshub'], { fails: true });
    await eventually(
      'the hub has given up',
      async () => (await machine.show('tshub.service', 'ActiveState'))['ActiveState'] === 'failed',
    );
    const said = (await machine.journal('-u', 'tshub', '-n', '30')).map((one) => String(one['MESSAGE'])).join('\n');
    expect(said).toContain(`${broken}: hub.api_page_max_limit: expected a number, found "many"`);
    // Requests of browsers and daemons in the meantime do not use up the starts that the administrator needs.
    await eventually('the proxy says so', async () => (await visitor().fetch('/hub/login')).status === 503);
    const checked = await machine.run(['tshubctl', 'config', 'check'], { fails: true });
    expect(checked.code).toBe(78);
    expect(checked.err + checked.out).toContain('hub.api_page_max_limit');
    const status = await machine.run(['tshubctl', 'status'], { fails: true });
    expect(status.out + status.err).toMatch(/tshub\.service/);
    await machine.sh(`rm ${broken}`);
    await machine.run(['systemctl', 'restart', 'tshub']);
    expect((await visitor().fetch('/hub/login')).status).toBe(200);
  });

  test('keeps the old settings at a reload', async () => {
    await machine.write(broken, 'this is not toml\n');
    expect((await machine.run(['systemctl', 'reload', 'tshub'], { fails: true })).code).not.toBe(0);
    await eventually(
      'it says so',
      async () => (await machine.journal('-u', 'tshub', 'TSHUB_EVENT=config-kept')).length > 0,
    );
    expect((await machine.show('tshub.service', 'ActiveState'))['ActiveState']).toBe('active');
    expect((await visitor().logIn('ada', passwords.ada)).status).toBe(302);
  });

  test('a good reload is applied', async () => {
    await machine.write(broken, '[login]\nblocked_users = ["erin", "bob"]\n');
    await machine.run(['systemctl', 'reload', 'tshub']);
    await eventually('bob is blocked', async () => (await visitor().logIn('bob', passwords.bob)).status === 403);
    await machine.sh(`rm ${broken}`);
    await machine.run(['systemctl', 'reload', 'tshub']);
    await eventually('bob is back', async () => (await visitor().logIn('bob', passwords.bob)).status === 302);
  });
});

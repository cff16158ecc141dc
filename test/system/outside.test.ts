import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { certificateFor } from '../support/certificate.ts';
import { logInAtProvider } from '../support/provider-login.ts';
import { eventually } from './support/machine.ts';
import { noteSecret } from './support/secrets.ts';
import { machine, passwords, visitor } from './support/suite.ts';

const settings = '/etc/tshub/tshub.toml.d/70-sign-on.toml';
const host = 'login.example.test';
const clientSecret = 'the secret of the client of this test';

async function restartHub(): Promise<void> {
  await machine.run(['systemctl', 'restart', 'tshub', 'tshub-proxyd']);
  await eventually('the hub answers', async () => (await fetch(`${machine.url}/hub/health`)).ok);
}

/** The port, and the accounts of the host again. */
afterAll(async () => {
  await machine.run(['rm', '-f', settings]);
  await restartHub();
  expect((await visitor().logIn('ada', passwords.ada)).status).toBe(302);
});

describe('a provider', () => {
  const { key, cert } = certificateFor([host]);

  beforeAll(async () => {
    noteSecret(clientSecret);
    await machine.write('/root/provider/key.pem', key, '0600');
    await machine.write('/root/provider/cert.pem', cert);
    await machine.write('/usr/local/share/ca-certificates/tshub-test.crt', cert);
    await machine.run(['update-ca-certificates']);
    const folder = mkdtempSync(join(tmpdir(), 'tshub-provider-'));
    await build({
      entryPoints: [join(import.meta.dirname, 'support/provider-main.ts')],
      outfile: join(folder, 'provider.mjs'),
      bundle: true,
      platform: 'node',
      format: 'esm',
      banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
      logLevel: 'error',
    });
    await machine.push(join(folder, 'provider.mjs'), '/root/provider/provider.mjs');
    rmSync(folder, { recursive: true });
    const options = {
      issuer: `https://${host}:8443`,
      callback: `${machine.url}/hub/oauth_callback`,
      clientSecret,
      people: { grace: { preferred_username: 'Grace', name: 'Grace Hopper', groups: ['navy'] } },
    };
    await machine.write('/root/provider/options.json', JSON.stringify(options), '0600');
    await machine.sh(`echo '127.0.0.1 ${host}' >> /etc/hosts`);
    await machine.run([
      ...['systemd-run', '--unit=test-provider', '/usr/bin/node', '/root/provider/provider.mjs'],
      ...['/root/provider/key.pem', '/root/provider/cert.pem', '/root/provider/options.json'],
    ]);
    await machine.write(
      settings,
      `[login]\nauthenticator = "oidc"\n[oidc]\nissuer = "https://${host}:8443"\nclient_id = "tshub"\ncallback_url = "${machine.url}/hub/oauth_callback"\nscopes = ["openid", "profile", "groups"]\n`,
    );
    await machine.write('/etc/tshub/secrets/oidc-client-secret', `${clientSecret}\n`, '0640');
    await machine.run(['chown', 'root:tshub', '/etc/tshub/secrets/oidc-client-secret']);
    await machine.run(['tshubctl', 'config', 'check']);
    await restartHub();
  });

  afterAll(async () => {
    await machine.run(['systemctl', 'disable', '--now', `tshub-outside@${host}:8443.socket`], { fails: true });
    await machine.run(['systemctl', 'stop', 'test-provider'], { fails: true });
    await machine.sh(`sed -i '/${host}/d' /etc/hosts; rm -r /root/provider /etc/tshub/secrets/oidc-client-secret`);
    await machine.sh('rm /usr/local/share/ca-certificates/tshub-test.crt; update-ca-certificates --fresh');
  });

  test('is given a secret in a folder that the hub can read and not change, and others not even that', async () => {
    expect(await machine.sh('stat -c "%A %U %G" /etc/tshub/secrets')).toBe('drwxr-x--- root tshub');
    const read = await machine.run(['ls', '/etc/tshub/secrets'], { user: 'ada', fails: true });
    const write = await machine.run(['touch', '/etc/tshub/secrets/x'], { user: 'tshub', fails: true });
    expect([read.code, write.code]).not.toContain(0);
  });

  test('cannot be reached before root opens a way to it; the journal says how', async () => {
    const { status, text } = await visitor().visit('/hub/oauth_login');
    expect([status, text.includes('cannot be checked')]).toEqual([503, true]);
    const journal = await machine.sh('journalctl -u tshub -n 5 -o cat');
    expect(journal).toContain(`run: systemctl enable --now tshub-outside@${host}:8443.socket`);
  });

  test('lets in by the command that the journal has named, and its user gets a server of the account', async () => {
    await machine.run(['systemctl', 'enable', '--now', `tshub-outside@${host}:8443.socket`]);
    const guest = visitor();
    const sent = await guest.fetch('/hub/oauth_login?next=/hub/home');
    const place = { address: machine.address, port: 8443, ca: cert };
    const back = await logInAtProvider(place, sent.headers.get('location') ?? '', 'grace');
    expect(back.origin).toBe(machine.url);
    const { status, text } = await guest.visit(`${back.pathname}${back.search}`);
    expect(status).toBe(200);
    expect(text).toContain('grace');
    const users = await machine.sh('tshubctl user list --json');
    expect(users).toContain('"grace"');
  });

  test('without its secret is refused at the reload, and the hub goes on with what it had', async () => {
    await machine.sh('mv /etc/tshub/secrets/oidc-client-secret /root/provider/secret');
    const reload = await machine.run(['systemctl', 'reload', 'tshub'], { fails: true });
    const checked = await machine.run(['tshubctl', 'config', 'check'], { fails: true });
    await machine.sh('mv /root/provider/secret /etc/tshub/secrets/oidc-client-secret');
    expect(reload.code).not.toBe(0);
    expect([checked.code, checked.err]).toEqual([78, expect.stringContaining('oidc-client-secret: is missing')]);
    expect((await visitor().fetch('/hub/oauth_login')).status).toBe(302);
    await machine.run(['systemctl', 'reload', 'tshub']);
  });

  test('is all that the hub can reach', async () => {
    const main = (await machine.show('tshub.service', 'MainPID'))['MainPID'];
    const links = await machine.sh(`nsenter -t ${main} -n ip -o link`);
    expect(links.split('\n').map((line) => line.split(': ')[1])).toEqual(['lo']);
    const refused = await machine.run(['curl', '--unix-socket', `/run/tshub-outside/${host}:8443`, 'http://x/'], {
      user: 'ada',
      fails: true,
    });
    expect(refused.code).not.toBe(0);
    expect(await machine.sh("systemctl list-units --plain --no-legend 'tshub-outside@*.socket' | cut -d' ' -f1")).toBe(
      `tshub-outside@${host}:8443.socket`,
    );
  });
});

describe('a web server in front that knows who the user is', () => {
  const front = '/run/tshub-front.sock';
  const dropin = '/etc/systemd/system/tshub-proxyd.socket.d/front.conf';
  /** What the login page answers to somebody who says over the socket that they are ada. */
  const login = async (user: string): Promise<string> => {
    const words = ['-sS', '-o', '/dev/null', '-w', '%{http_code}', '-H', 'X-Remote-User: ada'];
    const { out, err } = await machine.run(
      ['curl', ...words, '--unix-socket', front, 'http://hub.example.org/hub/login'],
      { user, fails: true },
    );
    return `${out} ${err}`.trim();
  };
  const listen = async (mode: string): Promise<void> => {
    await machine.write(
      dropin,
      `[Socket]\nListenStream=\nListenStream=${front}\nSocketUser=root\nSocketGroup=www-data\nSocketMode=${mode}\n`,
    );
    await machine.run(['systemctl', 'daemon-reload']);
    await machine.run(['systemctl', 'restart', 'tshub-proxyd.socket', 'tshub-proxyd.service', 'tshub']);
  };

  beforeAll(async () => {
    await machine.write(
      settings,
      '[login]\nauthenticator = "remote-user"\n[proxy]\ntrusted_proxies = ["unix", "127.0.0.1"]\nremote_user_header = "X-Remote-User"\n',
    );
    await machine.run(['tshubctl', 'config', 'check']);
  });
  afterAll(async () => {
    await machine.run(['rm', '-f', dropin, settings]);
    await machine.run(['systemctl', 'daemon-reload']);
    await machine.run(['systemctl', 'restart', 'tshub-proxyd.socket', 'tshub-proxyd.service']);
  });

  test('is believed over a socket that only it may open', async () => {
    await listen('0660');
    expect(await login('www-data')).toBe('302');
    expect(await login('bob')).toMatch(/000.*(?:denied|connect)/is);
  });

  test('is not somebody with an account, should the socket be open to all', async () => {
    await listen('0666');
    expect(await login('bob')).toBe('403');
    expect(await login('www-data')).toBe('302');
  });

  test('is nobody who comes over the loopback', async () => {
    await machine.run(['rm', '-f', dropin]);
    await machine.run(['systemctl', 'daemon-reload']);
    await machine.run(['systemctl', 'restart', 'tshub-proxyd.socket', 'tshub-proxyd.service', 'tshub']);
    await eventually('the hub answers', async () => (await fetch(`${machine.url}/hub/health`)).ok);
    const words = ['-s', '-o', '/dev/null', '-w', '%{http_code}', '-H', 'X-Remote-User: ada'];
    for (const user of ['bob', 'www-data'])
      expect(
        await machine.sh(`curl ${words.map((word) => `'${word}'`).join(' ')} http://127.0.0.1:8000/hub/login`, {
          user,
        }),
      ).toBe('403');
  });
});

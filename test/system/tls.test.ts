import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { paths } from '@tshub/contract';
import { makePem } from '../../packages/proxyd/src/tls/forge-certificate.ts';
import { startAcmeServer } from '../support/acme-server.ts';
import { eventually } from './support/machine.ts';
import { machine, passwords } from './support/suite.ts';

// The proxy with TLS on ports 443 and 80, as the how-to says; everything is put back afterwards.

const dropin = '/etc/systemd/system/tshub-proxyd.socket.d/50-tls.conf';
const settings = '/etc/tshub/tshub.toml.d/50-tls.toml';

/** What curl prints in the machine; `--fail` makes an HTTP error one of its own. */
const curl = (...args: readonly string[]) =>
  machine.run(['curl', '--silent', '--show-error', '--max-time', '20', ...args], { fails: true });

async function restart(): Promise<void> {
  await machine.run(['systemctl', 'daemon-reload']);
  await machine.run(['systemctl', 'restart', 'tshub-proxyd.socket', 'tshub-proxyd.service', 'tshub']);
}

/** SHA-256 of what the port serves, as OpenSSL sees it. */
async function served(): Promise<string> {
  const client = 'openssl s_client -connect 127.0.0.1:443 -servername localhost </dev/null 2>/dev/null';
  const said = await machine.sh(`${client} | openssl x509 -noout -fingerprint -sha256`);
  return said.split('=')[1] ?? '';
}

beforeAll(async () => {
  await machine.write(dropin, '[Socket]\nListenStream=\nListenStream=443\nListenStream=80\n');
  await machine.write(settings, '[proxy_tls]\nmode = "self-signed"\nhsts_max_age = 600\n');
  await restart();
  await eventually(
    'https answers',
    async () => (await curl('--insecure', '--fail', 'https://localhost/hub/health')).code === 0,
  );
});

afterAll(async () => {
  await machine.sh(`rm -rf ${dropin} ${settings} /etc/tshub/tls`);
  await restart();
  await eventually('the hub answers', async () => (await fetch(`${machine.url}/hub/health`)).ok);
});

describe('a certificate of its own', () => {
  test('is the one that the status shows, and stays over a restart', async () => {
    const fingerprint = await served();
    expect(fingerprint).toMatch(/^(?:[0-9A-F]{2}:){31}[0-9A-F]{2}$/);
    const status = await machine.sh('tshubctl status', { user: 'ada' });
    expect(status).toContain(fingerprint);
    expect(status).toMatch(/URL: https:\/\/[^:/]+\/\n/);
    await machine.run(['systemctl', 'restart', 'tshub-proxyd']);
    expect(await served()).toBe(fingerprint);
  });

  test('has a key that no user can read', async () => {
    const file = '/var/lib/tshub-proxy/self-signed.pem';
    expect(await machine.sh(`stat -c '%U %a' ${file}; stat -c %a /var/lib/tshub-proxy`)).toBe('tshub-proxy 600\n700');
    for (const user of ['ada', 'tshub', 'tshub-culler']) {
      expect((await machine.run(['cat', file], { user, fails: true })).code, user).not.toBe(0);
    }
  });

  test('vouches for a login', async () => {
    await machine.sh('cat /var/lib/tshub-proxy/self-signed.pem >/root/ca.pem');
    const jar = ['--cacert', '/root/ca.pem', '--cookie', '/root/jar', '--cookie-jar', '/root/jar'];
    await curl(...jar, 'https://localhost/hub/login');
    const xsrf = await machine.sh('awk \'$6 == "_xsrf" { print $7 }\' /root/jar');
    const form = ['--data-urlencode', `_xsrf=${xsrf}`, '--data', `username=ada&password=${passwords.ada}`];
    const { out } = await curl(
      ...jar,
      ...form,
      '--dump-header',
      '-',
      '--output',
      '/dev/null',
      'https://localhost/hub/login',
    );
    expect(out).toMatch(/^HTTP\/1\.1 302 /);
    expect(out).toMatch(/^Strict-Transport-Security: max-age=600\r?$/m);
    expect(out).toMatch(/^Set-Cookie: [^\n]*; ?secure/im);
    await machine.sh('rm -f /root/jar /root/ca.pem');
  });
});

test('http is sent to https, on its own port and on that of https', async () => {
  const { out } = await curl('--head', 'http://localhost/hub/login?next=x');
  expect(out).toMatch(/^HTTP\/1\.1 301 [^]*^Location: https:\/\/localhost\/hub\/login\?next=x\r?$/m);
  expect((await curl('--head', 'http://localhost:443/')).out).toMatch(/^Location: https:\/\/localhost\/\r?$/m);
});

test(
  'a further thread serves when handshakes keep the first one busy, and nobody notices',
  { timeout: 120_000 },
  async () => {
    const metric = async (name: string) => {
      const said = await machine.sh(`curl --silent --unix-socket ${paths.proxyApiSocket} http://localhost/metrics`);
      return Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(said)?.[1]);
    };
    expect(await metric('tshub_proxy_threads')).toBe(1);
    const shaking = 'openssl s_time -connect 127.0.0.1:443 -new -time 60 >/dev/null 2>&1';
    await machine.run(['systemd-run', '--unit=shaking', 'sh', '-c', `${`${shaking} & `.repeat(4)} wait`]);
    await eventually('two threads serve', async () => (await metric('tshub_proxy_threads')) === 2);
    const before = await metric('requests_web');
    const asked = Array.from({ length: 20 }, () => curl('--insecure', '--fail', 'https://localhost/hub/health'));
    expect((await Promise.all(asked)).map(({ code }) => code)).toEqual(asked.map(() => 0));
    await machine.run(['systemctl', 'stop', 'shaking']);
    expect(await metric('requests_web')).toBe(before + 20);
    const lines = (await machine.journal('-u', 'tshub-proxyd', '-n', '50')).map((one) => String(one['MESSAGE']));
    expect(lines).toContain('those that serve are busy: 2 threads do from now on');
    // What it goes by is changed in both, and both end with the process.
    await machine.run(['systemctl', 'reload', 'tshub-proxyd']);
    await machine.run(['systemctl', 'restart', 'tshub-proxyd']);
    expect(await metric('tshub_proxy_threads')).toBe(1);
  },
);

test('a certificate of the administrator is served as soon as it is renewed', async () => {
  const make = (days: number) =>
    machine.sh(`cd /etc/tshub/tls && umask 077 &&
      openssl req -x509 -newkey rsa:2048 -nodes -days ${days} -subj /CN=localhost -addext subjectAltName=DNS:localhost \
        -keyout new.key -out new.crt 2>/dev/null &&
      chgrp tshub-proxy new.key new.crt && chmod 640 new.key new.crt && mv new.key hub.key && mv new.crt hub.crt &&
      openssl x509 -noout -fingerprint -sha256 -in hub.crt`);
  await machine.run(['install', '-d', '-m', '0750', '-g', 'tshub-proxy', '/etc/tshub/tls']);
  const first = (await make(10)).split('=')[1];
  const files = '{ certificate = "/etc/tshub/tls/hub.crt", key = "/etc/tshub/tls/hub.key" }';
  await machine.write(settings, `[proxy_tls]\nmode = "files"\ncertificates = [${files}]\n`);
  await machine.run(['systemctl', 'restart', 'tshub-proxyd']);
  await eventually('the first one is served', async () => (await served()) === first);
  const second = (await make(20)).split('=')[1];
  await machine.run(['systemctl', 'reload', 'tshub-proxyd']);
  await eventually('the second one is served', async () => (await served()) === second);
});

test('a certificate that cannot be used is named, and the one from before stays', async () => {
  const before = await served();
  await machine.sh('echo nonsense >/etc/tshub/tls/hub.crt');
  await machine.run(['systemctl', 'reload', 'tshub-proxyd'], { fails: true });
  const said = await eventually('the journal names it', async () => {
    const lines = (await machine.journal('-u', 'tshub-proxyd', '-n', '50')).map((one) => String(one['MESSAGE']));
    return lines.find((line) => line.includes('proxy_tls.certificates.0'));
  });
  expect(said).toContain('the certificate cannot be read');
  expect(await served()).toBe(before);
});

test('an authority gives a certificate, which is served without a restart', async () => {
  const own = machine.address.replace(/\d+$/, '1');
  const now = Date.now();
  const signer = await makePem({ commonName: 'test', names: [], days: 1, isAuthority: true, now });
  const server = await startAcmeServer(signer, () => 80, { host: machine.address, own });
  const lines = [
    '[proxy_tls]',
    'mode = "acme"',
    'acme_domains = ["hub.example.org"]',
    'acme_agree = true',
    `acme_directory = "${server.directory}"`,
  ];
  try {
    await machine.write(settings, `${lines.join('\n')}\n`);
    await machine.run(['systemctl', 'restart', 'tshub-proxyd']);
    await eventually('our own is served meanwhile', async () => (await served()) !== '');
    expect((await machine.show('tshub-acme.timer', 'ActiveState'))['ActiveState']).toBe('active');
    await machine.run(['systemctl', 'start', 'tshub-acme']);
    expect(server.looked).toEqual([expect.stringMatching(/^hub\.example\.org: [\w-]+\.[\w-]+$/)]);
    const status = async () => machine.sh('tshubctl status');
    await eventually('the new one is served', async () => (await status()).includes('TLS: hub.example.org'));
    expect(await status()).toContain(await served());
  } finally {
    await server.close();
  }
});

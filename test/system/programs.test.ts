import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { serveDebian } from '../docs/debian.ts';
import { openBrowser } from './support/browser.ts';
import { codeServer } from './support/code-server.ts';
import { Kernel, tokenOf } from './support/kernel.ts';
import { peerWheel } from './support/peer-wheel.ts';
import { visitorWithServer } from './support/server.ts';
import { withoutSettings, withSettings } from './support/settings.ts';
import { machine, passwords, stopServer, visitor } from './support/suite.ts';

// Other programs than JupyterLab as servers, each with a login and a websocket that is used: docs/how-to/profiles.md.

const standalone = '/opt/tshub-test/standaloneproxy';
const folder = '/opt/tshub-test/python';
const code = '/opt/tshub-test/code';

const settings = `
[[profiles]]
name = "classic"
[profiles.settings]
command = ["jupyterhub-singleuser", "--NotebookApp.sock={socket}", "--NotebookApp.sock_mode=0660"]
environment = { JUPYTERHUB_SINGLEUSER_APP = "notebook" }

[[profiles]]
name = "code"
[profiles.settings]
transport = "tcp"
command = [
  "${standalone}", "--address=127.0.0.1", "--port={port}", "--StandaloneProxyServer.unix_socket=True", "--timeout=60", "--",
  "/usr/bin/node", "${code}/node_modules/code-server/out/node/entry.js", "--auth=none", "--socket={unix_socket}",
  "--disable-telemetry", "--disable-update-check", "--disable-workspace-trust", "/home/{USERNAME}",
]
environment = { PYTHONPATH = "${folder}" }
`;

let browser: Browser;

beforeAll(async () => {
  await stopServer('ada');
  await machine.sh(`mkdir -p ${folder} ${code}`);
  await machine.push(await codeServer(), '/root/code-server.tar');
  await machine.sh(`tar -C ${code} -xf /root/code-server.tar && rm /root/code-server.tar`);
  for (const [name, version] of [
    ['jupyter-server-proxy', '4.6.0'],
    ['simpervisor', '1.0.0'],
  ] as const) {
    await machine.push(await peerWheel(name, version), `/root/${name}.whl`);
    await machine.sh(`cd ${folder} && python3 -m zipfile -e /root/${name}.whl .`);
  }
  await machine.write(
    standalone,
    '#!/usr/bin/python3\nfrom jupyter_server_proxy.standalone import main\nmain()\n',
    '0755',
  );
  const debian = await serveDebian();
  try {
    const host = await machine.sh(`ip -4 route show default | awk '{print $3}'`);
    const apt = `apt-get -qq -o Acquire::http::Proxy=http://${host}:${debian.port}`;
    await machine.sh(`${apt} update && DEBIAN_FRONTEND=noninteractive ${apt} install -y python3-aiohttp >&2`);
  } finally {
    debian.close();
  }
  await withSettings(settings);
  browser = await openBrowser();
});
afterAll(async () => {
  await browser.close();
  await stopServer('ada');
  await withoutSettings();
  await machine.sh(`rm -rf ${folder} ${code} ${standalone}`);
});

async function start(profile: string): Promise<void> {
  await stopServer('ada');
  await machine.run(['tshubctl', 'server', 'start', 'ada', '--profile', profile]);
}

describe('the classic notebook', () => {
  beforeAll(() => start('classic'));

  test('is the one that runs, and shows its pages to its user alone', async () => {
    const guest = await visitorWithServer('ada');
    const page = await guest.visit('/user/ada/tree');
    expect(page).toMatchObject({ status: 200, path: '/user/ada/tree' });
    expect(page.text).toContain('id="notebook_list"');
    const other = visitor();
    await other.logIn('bob', passwords.bob);
    expect((await other.visit('/user/ada/tree')).status).toBe(403);
    expect((await visitor().visit('/user/ada/tree')).path).toMatch(/^\/hub\/login/);
  });

  test('has kernels that answer over a websocket', async () => {
    const kernel = await Kernel.open('ada', await tokenOf('ada', 'access:servers!user=ada'));
    expect(await kernel.run('print(6 * 7)')).toBe('42\n');
    kernel.close();
  });
});

describe('code-server, which knows nothing of the hub, behind jupyter-standaloneproxy', () => {
  beforeAll(() => start('code'));

  test('is shown to nobody but its user', async () => {
    expect((await visitor().visit('/user/ada/')).path).toMatch(/^\/hub\/login/);
    const other = visitor();
    await other.logIn('bob', passwords.bob);
    expect((await other.visit('/user/ada/')).status).toBe(403);
  });

  test('is an editor in a browser, which reads a file over its websocket', async () => {
    await machine.sh('echo "the first lesson" > /home/ada/lesson.txt; chown ada: /home/ada/lesson.txt');
    const page = await (await browser.newContext()).newPage();
    const sockets: string[] = [];
    page.on('websocket', (socket) =>
      socket.on('framereceived', () => {
        sockets.push(new URL(socket.url()).pathname);
      }),
    );
    await page.goto(`${machine.url}/hub/login?next=%2Fuser%2Fada%2F`);
    await page.fill('#username_input', 'ada');
    await page.fill('#password_input', passwords.ada);
    await page.click('#login_submit');
    await page.locator('.explorer-folders-view').getByText('lesson.txt').dblclick();
    await page.locator('.monaco-editor .view-line').getByText('the first lesson').waitFor();
    expect(sockets.length).toBeGreaterThan(2);
    expect(sockets.every((path) => path.startsWith('/user/ada/'))).toBe(true);
    await page.context().close();
  });
});

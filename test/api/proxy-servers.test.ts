import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, readdirSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { eventually, type ProxyForTest, proxyForTest } from '../support/proxy-for-test.ts';

let t: ProxyForTest;
const children: ChildProcess[] = [];
const ownUid = process.getuid?.() ?? 0;

beforeEach(async () => {
  t = await proxyForTest({ connect_timeout: 1, upstream_timeout: 0.3 });
});

afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  await t.close();
});

const get = (path: string) =>
  fetch(`http://127.0.0.1:${t.proxy.port}${path}`, { headers: { accept: 'application/json' } });
const warnings = () => t.records.filter(({ level }) => level === 40);
const unix = (name: string) => `unix:${t.socketOf(name)}`;

/** A server under another uid that writes down every byte it is sent. */
async function foreignServer(name: string, uid: number): Promise<() => string> {
  const log = join(t.folder, `${name}.log`);
  writeFileSync(log, '');
  chmodSync(log, 0o666);
  const script = `
    const { appendFileSync, chmodSync } = require('node:fs');
    const [path, log] = process.argv.slice(1);
    require('node:net').createServer((socket) => {
      socket.on('error', () => {});
      socket.on('data', (chunk) => {
        appendFileSync(log, chunk);
        socket.end('HTTP/1.1 200 OK\\r\\nX-JupyterHub-Version: 5.2.1\\r\\nContent-Length: 2\\r\\n\\r\\nok');
      });
    }).listen(path, () => { chmodSync(path, 0o777); console.log('up'); });`;
  const child = spawn(process.execPath, ['-e', script, t.socketOf(name), log], {
    uid,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  await new Promise((resolve) => child.stdout?.once('data', resolve));
  return () => readFileSync(log, 'utf8');
}

describe.runIf(ownUid === 0)('whose process answers (needs root, to be somebody else)', () => {
  test('a server of the uid that the route promises is reached', async () => {
    await foreignServer('ada', 1234);
    await t.proxy.routes.add({ prefix: '/user/ada/', target: unix('ada'), uid: 1234, data: {} });
    expect((await get('/user/ada/')).status).toBe(200);
  });

  test('a server of another uid is not sent a byte, by request, by websocket or by probe', async () => {
    const bytes = await foreignServer('eve', 1234);
    await t.proxy.routes.add({ prefix: '/user/ada/', target: unix('eve'), uid: 1000, data: {} });
    const answer = await get('/user/ada/secret');
    expect(answer.status).toBe(502);
    expect(await answer.json()).toEqual({ status: 502, message: 'The server could not be verified' });
    const upgrade = await fetch(`http://127.0.0.1:${t.proxy.port}/user/ada/`, {
      method: 'POST',
      body: 'x'.repeat(1000),
    });
    expect(upgrade.status).toBe(502);
    const probed = await t.proxy.probe({ target: unix('eve'), uid: 1000, path: '/', timeoutMs: 1000 });
    expect(probed).toEqual({ status: 0, version: '', problem: 'the socket belongs to uid 1234, expected 1000' });
    expect(bytes()).toBe('');
    expect(warnings()).toEqual([expect.objectContaining({ event: 'route-refused', prefix: '/user/ada/' })]);
  });

  test('a socket that its owner swapped for a link to a neighbour is refused', async () => {
    const bytes = await foreignServer('bob', 1001);
    await t.route('ada', (_req, res) => res.end('mine'));
    unlinkSync(t.socketOf('ada'));
    const { symlinkSync } = await import('node:fs');
    symlinkSync(t.socketOf('bob'), t.socketOf('ada'));
    expect((await get('/user/ada/')).status).toBe(502);
    expect(bytes()).toBe('');
  });

  test('a TCP target is checked by the owner of the listener', async () => {
    const server = createServer((_req, res) => res.end('tcp')).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const target = `tcp:127.0.0.1:${(server.address() as AddressInfo).port}`;
    await t.proxy.routes.add({ prefix: '/user/ada/', target, uid: 0, data: {} });
    expect(await (await get('/user/ada/')).text()).toBe('tcp');
    await t.proxy.routes.add({ prefix: '/user/ada/', target, uid: 1000, data: {} });
    expect((await get('/user/ada/')).status).toBe(502);
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
});

describe('a server that does not answer', () => {
  test('is a 503 while there is no socket, said once in the journal, and so is its coming back', async () => {
    await t.proxy.routes.add({ prefix: '/user/ada/', target: unix('ada'), uid: ownUid, data: {} });
    for (let i = 0; i < 3; i++) expect((await get('/user/ada/')).status).toBe(503);
    expect(warnings().map(({ msg }) => msg)).toEqual([
      'the server of /user/ada/ does not answer: there is no such socket',
    ]);
    await t.serve('ada', (_req, res) => res.end('ok'));
    expect((await get('/user/ada/')).status).toBe(200);
    expect(t.records.map(({ msg }) => msg)).toContain('the server of /user/ada/ answers again');
  });

  test('a hub that is away leaves user servers alone, and says what it is', async () => {
    await t.route('ada', (_req, res) => res.end('ok'));
    const hub = await get('/hub/home');
    expect(hub.status).toBe(503);
    expect(hub.headers.get('retry-after')).toBe('5');
    expect(await hub.json()).toEqual({ status: 503, message: 'The hub is not answering' });
    expect(await (await get('/user/ada/')).text()).toBe('ok');
  });

  test('silence beyond the limit is a 504', async () => {
    await t.route('mute', () => undefined);
    expect((await get('/user/mute/')).status).toBe(504);
  });
});

describe('routes', () => {
  test('survive a restart of the proxy, with what was known about them', async () => {
    await t.route('ada', (_req, res) => res.end('ok'));
    t.clock.now += 5000;
    await (await get('/user/ada/')).text();
    const before = t.proxy.routes.list();
    expect(before[0]?.lastActivity).toBe(t.clock.now);
    await t.restart();
    expect(t.proxy.routes.list()).toEqual(before);
    expect(await (await get('/user/ada/')).text()).toBe('ok');
  });

  test('that are kept but not allowed any more are dropped with a warning, the others stay', async () => {
    await t.route('ada', (_req, res) => res.end('ok'));
    const file = join(t.folder, 'state', 'routes.json');
    const kept = JSON.parse(readFileSync(file, 'utf8'));
    await t.proxy.close();
    kept.routes.push(
      { ...kept.routes[0], prefix: '/hub/' },
      { ...kept.routes[0], prefix: '/user/x/', target: 'unix:/run/dbus/x' },
    );
    writeFileSync(file, JSON.stringify(kept));
    await t.restart();
    expect(t.proxy.routes.list().map(({ prefix }) => prefix)).toEqual(['/user/ada/']);
    expect(warnings()).toHaveLength(2);
  });

  test('that are removed send requests to the hub again, and end what is under way', async () => {
    await t.serve('hub', (_req, res) => res.end('hub'));
    await t.route('ada', (_req, res) => void res.write('begun'));
    const answer = await get('/user/ada/').catch(() => undefined);
    await t.proxy.routes.remove('/user/ada/');
    await expect(answer?.text()).rejects.toThrow();
    expect(await (await get('/user/ada/')).text()).toBe('hub');
    await t.proxy.routes.remove('/user/ada/');
    expect(t.proxy.routes.list()).toEqual([]);
  });

  test('that are given again with another uid or target end the connections of the old one', async () => {
    await t.route('ada', (_req, res) => void res.write('begun'));
    const answer = await get('/user/ada/');
    await t.serve('ada2', (_req, res) => res.end('new'));
    await t.proxy.routes.add({ prefix: '/user/ada/', target: unix('ada2'), uid: ownUid, data: {} });
    await expect(answer.text()).rejects.toThrow();
    expect(await (await get('/user/ada/')).text()).toBe('new');
  });
});

describe('activity', () => {
  const last = () => t.proxy.routes.list()[0]?.lastActivity;

  test('is an answer below 400, nothing else', async () => {
    let status = 500;
    await t.route('ada', (_req, res) => {
      res.statusCode = status;
      res.end();
    });
    const added = t.clock.now;
    t.clock.now += 1000;
    for (status of [404, 424, 500]) await (await get('/user/ada/')).text();
    expect(last()).toBe(added);
    for (status of [200, 204]) {
      t.clock.now += 1000;
      await (await get('/user/ada/')).text();
      await eventually('the answer is noted', () => last() === t.clock.now);
    }
  });
});

describe('a probe', () => {
  test('tells status and version, and follows nothing', async () => {
    let asked = 0;
    await t.serve('ada', (_req, res) => {
      asked++;
      res.writeHead(302, { Location: '/elsewhere', 'X-JupyterHub-Version': '5.2.1' });
      res.end();
    });
    const answer = await t.proxy.probe({ target: unix('ada'), uid: ownUid, path: '/user/ada/api', timeoutMs: 1000 });
    expect(answer).toEqual({ status: 302, version: '5.2.1', problem: '' });
    expect(asked).toBe(1);
  });

  test('waits for a socket that is not there yet, and for a server that is not ready yet', async () => {
    const statuses = [503, 500, 200];
    const asked = t.proxy.probe({ target: unix('late'), uid: ownUid, path: '/', timeoutMs: 10_000 });
    await t.serve('late', (_req, res) => {
      res.writeHead(statuses.shift() ?? 599);
      res.end();
    });
    expect(await asked).toMatchObject({ status: 200 });
    expect(statuses).toEqual([]);
  });

  test('tells the last answer when the time is over', async () => {
    await t.serve('ill', (_req, res) => {
      res.writeHead(503);
      res.end();
    });
    const answer = await t.proxy.probe({ target: unix('ill'), uid: ownUid, path: '/', timeoutMs: 100 });
    expect(answer).toEqual({ status: 503, version: '', problem: '' });
  });

  test.each([
    ['nothing is there', 'none', 'there is no such socket'],
    ['nobody listens', 'stale', 'connection refused'],
    ['nobody answers', 'mute', 'no answer within 0.2 s'],
  ])('tells in words when %s', async (_when, name, problem) => {
    await t.serve('mute', () => undefined);
    const { status } = await new Promise<{ status: number | null }>((resolve) => {
      const script = `require('node:net').createServer().listen(process.argv[1], () => process.kill(process.pid, 'SIGKILL'))`;
      spawn(process.execPath, ['-e', script, t.socketOf('stale')]).once('exit', (code) => resolve({ status: code }));
    });
    expect(status).toBeNull();
    const answer = await t.proxy.probe({ target: unix(name), uid: ownUid, path: '/', timeoutMs: 200 });
    expect(answer).toEqual({ status: 0, version: '', problem });
  });
});

test('an end waits for requests under way, then leaves nothing open', async () => {
  let finish = () => {};
  await t.route('ada', (_req, res) => {
    finish = () => void res.end('done');
  });
  const asked = get('/user/ada/');
  await eventually('the request arrives', () => t.proxy.status().requests === 1n && t.proxy.status().connections === 1);
  await new Promise((resolve) => setTimeout(resolve, 50));
  const closing = t.proxy.close();
  finish();
  expect(await (await asked).text()).toBe('done');
  await closing;
  expect(t.proxy.status().connections).toBe(0);
  expect(readdirSync(join(t.folder, 'state'))).toEqual(['routes.json']);
  await t.restart();
});

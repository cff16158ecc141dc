import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, test } from 'vitest';
import { filesBelow } from '../support/files.ts';
import { eventually, Machine } from '../system/support/machine.ts';
import { serveDebian } from './debian.ts';
import { follow } from './follow.ts';
import { readPage } from './page.ts';

// Each page is followed to the letter on a machine of its own, as somebody would who has never seen tshub.
const root = join(import.meta.dirname, '../..');
const pages = ['tutorial', 'how-to'].flatMap((folder) =>
  filesBelow(join(root, 'docs', folder), '.md').map((page) => `docs/${folder}/${page}`),
);
const dist = join(root, 'dist');
let debian: Awaited<ReturnType<typeof serveDebian>>;
beforeAll(async () => {
  debian = await serveDebian();
});
afterAll(() => debian.close());

test.for(pages)('%s', async (page) => {
  const { bare, steps } = readPage(readFileSync(join(root, page), 'utf8'));
  if (!steps.some(({ does }) => does.kind !== 'leave')) return;
  const machine = await Machine.start(`${process.env['TSHUB_TEST_MACHINE'] ?? 'tshub'}-docs`);
  try {
    await prepare(machine, bare);
    for (const step of steps) await follow(machine, page, step);
  } finally {
    if (process.env['TSHUB_KEEP_MACHINE'] === undefined) await machine.stop();
  }
});

/** What every page takes for granted: a host with a name and Debian's archive, and, unless it is bare, a hub with a few people. */
async function prepare(machine: Machine, bare: boolean): Promise<void> {
  const [deb] = filesBelow(dist, '.deb');
  if (deb === undefined) throw new Error('no package in dist/: run scripts/build first');
  await machine.push(join(dist, deb), `/root/${deb}`);
  await machine.sh('echo 127.0.0.1 hub.example.org >> /etc/hosts');
  // An answer that says no is a step that did not work.
  await machine.write('/root/.curlrc', 'fail-with-body\nsilent\nshow-error\n');
  const host = machine.address.replace(/\.2$/, '.1');
  await machine.write('/etc/apt/apt.conf.d/proxy', `Acquire::http::Proxy "http://${host}:${debian.port}";\n`);
  await machine.sh('apt-get update -q');
  // What a page gives its reader to take along.
  for (const file of filesBelow(join(root, 'docs/how-to'), '.json'))
    await machine.push(join(root, 'docs/how-to', file), '/root/');
  if (bare) return;
  await machine.sh('apt-get install -qy --no-install-recommends /root/tshub_*.deb 2>&1');
  await machine.sh('for user in ada bob teacher; do useradd --create-home --shell /bin/bash $user; done');
  await machine.sh('systemctl enable --now tshub 2>&1');
  await eventually('the hub answers', async () => (await fetch(`${machine.url}/hub/health`)).ok);
}

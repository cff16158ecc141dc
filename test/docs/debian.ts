import { randomUUID } from 'node:crypto';
import { createReadStream, existsSync, rmSync, statSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';

/** Debian's archive for machines without a network: a proxy for their apt, which lets this host's apt fetch what is asked for. */
export async function serveDebian(): Promise<{ readonly port: number; close(): void }> {
  const server: Server = createServer((request, response) => {
    const url = request.url ?? '';
    if (request.method !== 'GET' || !/^http:\/\/[\w.:-]+\/debian/.test(url)) {
      response.writeHead(403).end();
      return;
    }
    const file = join(tmpdir(), `tshub-debian-${randomUUID()}`);
    // The ordinary client: whatever mirror, proxy or certificate this host is set up with counts here too.
    void execa('/usr/lib/apt/apt-helper', ['download-file', url, file], { reject: false }).then((fetched) => {
      if (fetched.exitCode !== 0 || !existsSync(file)) {
        response.writeHead(404).end();
        return;
      }
      response.writeHead(200, { 'Content-Length': statSync(file).size });
      createReadStream(file)
        .pipe(response)
        .on('close', () => rmSync(file, { force: true }));
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '0.0.0.0', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { port: address.port, close: () => server.close() };
}

import { readFileSync } from 'node:fs';
import { isIPv4 } from 'node:net';

/** Whose process listens on a loopback port: TCP has no SO_PEERCRED, but the kernel's table of sockets names the uid. */

const listening = '0A';
// Below self, because a unit with ProcSubset=pid has no /proc/net.
const table4 = '/proc/self/net/tcp';
const table6 = '/proc/self/net/tcp6';

/** The uids that listen where a connection to `host`:`port` of this host would arrive. */
export function listenerUids(host: string, port: number, read: (file: string) => string = readTable): number[] {
  const wanted = isIPv4(host) ? [hexOf4(host), '00000000'] : [];
  const found = wanted.length === 0 ? [] : parseTable(read(table4), wanted, port);
  const any = '0'.repeat(32);
  // An IPv6 socket on all addresses takes IPv4 as well.
  const wanted6 = wanted.length === 0 ? [loopback6, any] : [any, `0000000000000000FFFF0000${hexOf4(host)}`];
  return [...new Set([...found, ...parseTable(read(table6), wanted6, port)])];
}

const loopback6 = '00000000000000000000000001000000';

function parseTable(table: string, addresses: readonly string[], port: number): number[] {
  const portHex = port.toString(16).toUpperCase().padStart(4, '0');
  const uids: number[] = [];
  for (const line of table.split('\n')) {
    const [, local = '', , state, , , , uid] = line.trim().split(/\s+/);
    const [address = '', localPort] = local.split(':');
    if (state === listening && localPort === portHex && addresses.includes(address)) uids.push(Number(uid));
  }
  return uids;
}

// The kernel prints addresses as 32-bit words in the host's byte order; Debian's architectures of ours are little-endian.
function hexOf4(host: string): string {
  return host
    .split('.')
    .toReversed()
    .map((byte) => Number(byte).toString(16).toUpperCase().padStart(2, '0'))
    .join('');
}

function readTable(file: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch (error) {
    // No IPv6 on this host, no table.
    if (file === table6 && (error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}

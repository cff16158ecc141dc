import { readFileSync } from 'node:fs';
import { BlockList, isIP } from 'node:net';

/** Which addresses are of this host: asked of the kernel's tables, because os.networkInterfaces() needs a netlink socket, which proxyd may not open. */

// Below self, because a unit with ProcSubset=pid has no /proc/net.
const table4 = '/proc/self/net/fib_trie';
const table6 = '/proc/self/net/if_inet6';

/** Whether whoever connects from this address may be a process of this host; true when that cannot be found out. */
export function isOwnAddress(address: string, read: (file: string) => string = readTable): boolean {
  const family = isIP(address);
  try {
    if (family === 4) return networksOf(read(table4)).check(address, 'ipv4');
    return family === 0 || addressesOf(read(table6)).check(address.replace(/%.*$/, ''), 'ipv6');
  } catch {
    return true;
  }
}

/** `|-- 127.0.0.0` and on the next lines `/8 host LOCAL`; what leads elsewhere says `link` or `universe`. */
function networksOf(table: string): BlockList {
  const list = new BlockList();
  let address = '';
  for (const line of table.split('\n')) {
    address = /\|-- (\S+)/.exec(line)?.[1] ?? address;
    const bits = /\/(\d+) host LOCAL/.exec(line)?.[1];
    if (bits !== undefined) list.addSubnet(address, Number(bits), 'ipv4');
  }
  return list;
}

/** A line for each address: 32 hex digits first. */
function addressesOf(table: string): BlockList {
  const list = new BlockList();
  for (const line of table.split('\n')) {
    const groups = /^([0-9a-f]{32}) /.exec(line)?.[1]?.match(/.{4}/g);
    if (groups) list.addAddress(groups.join(':'), 'ipv6');
  }
  return list;
}

function readTable(file: string): string {
  return readFileSync(file, 'latin1');
}

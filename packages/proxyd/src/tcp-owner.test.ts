import { describe, expect, test } from 'vitest';
import { listenerUids } from './tcp-owner.ts';

const head = '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n';
const row = (local: string, state: string, uid: number) =>
  `   0: ${local} 00000000:0000 ${state} 00000000:00000000 00:00000000 00000000  ${uid}        0 12345 1 0 100 0 0 10 0\n`;
const tables: Record<string, string> = {
  '/proc/self/net/tcp':
    head + row('0100007F:22B8', '0A', 1000) + row('0100007F:22B9', '01', 1001) + row('00000000:22BA', '0A', 1002),
  '/proc/self/net/tcp6':
    head + row('00000000000000000000000001000000:22BB', '0A', 1003) + row(`${'0'.repeat(32)}:22BC`, '0A', 1004),
};
const read = (file: string) => tables[file] ?? '';

describe('who listens on a loopback port', () => {
  test.each([
    ['127.0.0.1', 8888, [1000]],
    ['127.0.0.2', 8888, []],
    ['127.0.0.1', 8889, []],
    ['127.0.0.1', 8890, [1002]],
    ['::1', 8891, [1003]],
    ['127.0.0.1', 8891, []],
    ['127.0.0.1', 8892, [1004]],
    ['::1', 8892, [1004]],
  ])('on %s:%d: %j', (host, port, uids) => {
    expect(listenerUids(host, port, read)).toEqual(uids);
  });
});

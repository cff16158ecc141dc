import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { journalEntry, journalSend } from './journal.ts';
import { notify } from './notify.ts';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tshub-datagram-'));
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

// Node cannot receive datagrams on AF_UNIX; the perl that every Debian system has can.
async function receiver(name: string) {
  const script = `
    use Socket; $| = 1;
    $ARGV[0] =~ s/^@/\\0/;
    socket(my $s, AF_UNIX, SOCK_DGRAM, 0) or die $!;
    bind($s, pack_sockaddr_un($ARGV[0])) or die $!;
    print "bound\\n";
    recv($s, my $data, 1 << 20, 0) // die $!;
    print $data;`;
  const perl = spawn('perl', ['-e', script, name], { stdio: ['ignore', 'pipe', 'inherit'] });
  const chunks: Buffer[] = [];
  perl.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  await once(perl.stdout, 'data');
  return async () => {
    if (perl.exitCode === null) await once(perl, 'close');
    return Buffer.concat(chunks).subarray('bound\n'.length);
  };
}

describe('notify', () => {
  test('a state reaches the socket as one datagram', async () => {
    const path = join(folder, 'notify');
    const received = await receiver(path);
    expect(notify(path, 'READY=1\nSTATUS=grüß dich')).toBe(true);
    expect((await received()).toString()).toBe('READY=1\nSTATUS=grüß dich');
  });

  test('a socket in the abstract namespace is reached by its @ name', async () => {
    const received = await receiver(`@${folder}`);
    expect(notify(`@${folder}`, 'STOPPING=1')).toBe(true);
    expect((await received()).toString()).toBe('STOPPING=1');
  });

  test.each(['/nonexistent/notify', 'relative', '', `/${'x'.repeat(200)}`, 'vsock:2:1234'])(
    'nobody listening at %j is an answer, not an error',
    (path) => {
      expect(notify(path, 'READY=1')).toBe(false);
    },
  );
});

describe('the journal', () => {
  test('a one-line value is written as NAME=value', () => {
    expect(
      journalEntry([
        ['MESSAGE', 'ada logged in'],
        ['PRIORITY', '6'],
      ]).toString(),
    ).toBe('MESSAGE=ada logged in\nPRIORITY=6\n');
  });

  test('a value with a line feed is written with its length in bytes', () => {
    const length = Buffer.from([4, 0, 0, 0, 0, 0, 0, 0]);
    expect(journalEntry([['MESSAGE', 'ä\nb']])).toEqual(
      Buffer.concat([Buffer.from('MESSAGE\n'), length, Buffer.from('ä\nb\n')]),
    );
  });

  test('bytes are written as they are', () => {
    expect(journalEntry([['TSHUB_RAW', Uint8Array.of(0, 255)]])).toEqual(
      Buffer.concat([Buffer.from('TSHUB_RAW='), Buffer.from([0, 255, 10])]),
    );
  });

  test.each(['_UID', 'message', 'A B', '', 'A=B', 'A\nB', 'X'.repeat(65)])('the field name %j is refused', (name) => {
    expect(() => journalEntry([[name, 'x']])).toThrow('bad name of a journal field');
  });

  test('an entry reaches the socket as one datagram', async () => {
    const path = join(folder, 'journal');
    const received = await receiver(path);
    journalSend([['MESSAGE', 'hello']], path);
    expect((await received()).toString()).toBe('MESSAGE=hello\n');
  });

  test('an entry that no datagram can carry is sent as a file instead', async () => {
    const path = join(folder, 'large');
    const received = await receiver(path);
    journalSend([['MESSAGE', 'x'.repeat(8 << 20)]], path);
    // The datagram itself is empty then: the descriptor travels beside it.
    expect(await received()).toHaveLength(0);
  });

  test('a journal that is away is an error with its errno name', () => {
    expect(() => journalSend([['MESSAGE', 'x']], join(folder, 'nobody'))).toThrow(
      expect.objectContaining({ code: 'ENOENT' }),
    );
  });
});

import { mkdtempSync, rmSync } from 'node:fs';
import { createConnection, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Framing } from './codec/framing.ts';
import { ReceivedMessage, writeMessage } from './codec/message.ts';
import { Link, mostPending, type Message } from './link.ts';

let folder: string;
let server: Server;
let far: Socket;
let link: Link;
let incoming: Message[];
let problems: string[];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tshub-link-'));
  server = createServer();
  await new Promise<void>((resolve) => server.listen(join(folder, 'bus'), resolve));
  const accepted = new Promise<Socket>((resolve) => server.once('connection', resolve));
  const near = createConnection(join(folder, 'bus'));
  far = await accepted;
  far.on('data', () => undefined);
  incoming = [];
  problems = [];
  link = new Link(
    near,
    (message) => void incoming.push(message),
    (sentence) => void problems.push(sentence),
  );
});

afterEach(async () => {
  await link.close();
  far.destroy();
  server.close();
  rmSync(folder, { recursive: true });
});

const header = { type: 1, path: '/x', interface: 'a.b', sender: ':1.9' };

test('a message that cannot be read is ignored, and the next one is taken', async () => {
  // "h" promises a file descriptor that was never sent; any local user can send this.
  const broken = writeMessage({ ...header, serial: 1, member: 'Broken', signature: 'u', body: [0] });
  broken[broken.indexOf('\u0001u\0') + 1] = 'h'.charCodeAt(0);
  const whole = writeMessage({ ...header, serial: 2, member: 'Whole', signature: 'u', body: [7] });
  far.write(Buffer.concat([broken, whole]));
  await expect.poll(() => incoming).toMatchObject([{ member: 'Whole', body: [7] }]);
  expect(problems).toEqual(['a message could not be read; ignoring it']);
});

test('a message may arrive byte by byte', async () => {
  const bytes = writeMessage({ ...header, serial: 1, member: 'Slow', signature: 's', body: ['text'] });
  far.setNoDelay(true);
  for (const byte of bytes) await new Promise((resolve) => far.write(Buffer.of(byte), resolve));
  await expect.poll(() => incoming).toMatchObject([{ member: 'Slow', body: ['text'] }]);
});

test('many messages may arrive at once, and one in many pieces', async () => {
  const texts = ['a'.repeat(70_000), 'b', 'c'.repeat(200_000), 'd'];
  const all = texts.map((text, i) =>
    writeMessage({ ...header, serial: i + 1, member: 'M', signature: 's', body: [text] }),
  );
  far.write(Buffer.concat(all));
  await expect.poll(() => incoming.map(({ body }) => body[0])).toEqual(texts);
});

test('what is no message ends the connection', async () => {
  far.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
  await expect(link.lost).resolves.toMatchObject({ message: 'this is no message of D-Bus' });
});

test('what a signal carries is read when somebody asks, and a listener meets what is wrong with it', async () => {
  const signal = writeMessage({ ...header, type: 4, serial: 1, member: 'S', signature: 'u', body: [0] });
  signal[signal.indexOf('\u0001u\0') + 1] = 'h'.charCodeAt(0);
  far.write(signal);
  await expect.poll(() => incoming.length).toBe(1);
  expect(problems).toEqual([]);
  expect(() => incoming[0]?.body).toThrow('values of type "h" are not read');
});

test('a call without an answer fails after its time', async () => {
  const call = { destination: 'org.tshub.Hub1', path: '/x', interface: 'a.b', member: 'C', timeoutMs: 1 };
  await expect(link.call(call)).rejects.toMatchObject({
    code: 'daemon_away',
    message: expect.stringContaining('tshub.service'),
  });
});

test('the end of the connection fails every call that waits', async () => {
  const call = { destination: 'org.tshub.Proxy1', path: '/x', interface: 'a.b', member: 'C', timeoutMs: 0 };
  const answers = [link.call(call), link.call(call)];
  far.destroy();
  for (const answer of answers) await expect(answer).rejects.toMatchObject({ code: 'daemon_away' });
  await expect(link.lost).resolves.toBeInstanceOf(Error);
});

test('more calls than the bus allows to wait for answers are sent when others are answered', async () => {
  const call = { destination: 'org.tshub.Hub1', path: '/x', interface: 'a.b', member: 'C', timeoutMs: 0 };
  const framing = new Framing();
  let seen = 0;
  const held: number[] = [];
  far.on('data', (chunk: Buffer) => {
    for (const bytes of framing.push(chunk)) {
      seen += 1;
      held.push(new ReceivedMessage(bytes).serial);
    }
  });
  const answers = Array.from({ length: mostPending + 30 }, () => link.call(call));
  await expect.poll(() => seen).toBe(mostPending);
  const answer = (replySerial: number) => far.write(writeMessage({ type: 2, serial: 1, replySerial }));
  for (const serial of held.splice(0, 10)) answer(serial);
  await expect.poll(() => seen).toBe(mostPending + 10);
  far.on('data', () => held.splice(0).forEach(answer));
  held.splice(0).forEach(answer);
  expect(await Promise.all(answers)).toHaveLength(mostPending + 30);
});

import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { request } from 'node:http';
import type { Socket } from 'node:net';
import { noteSecret } from './secrets.ts';
import { machine } from './suite.ts';

/** A token of a person, asked for over the bus as that person. */
export async function tokenOf(user: string, ...scopes: readonly string[]): Promise<string> {
  const { out } = await machine.run(
    [
      'busctl',
      '--json=short',
      'call',
      'org.tshub.Hub1',
      '/org/tshub/Hub1',
      'org.tshub.Hub1',
      'IssueToken',
      'as',
      String(scopes.length),
      ...scopes,
    ],
    { user },
  );
  const [token] = (JSON.parse(out) as { data: [string, string, number] }).data;
  noteSecret(token);
  return token;
}

/** A kernel of a running server over one websocket, which stays open for as long as nobody closes it. */
export class Kernel {
  readonly #socket: Socket;
  #buffer = Buffer.alloc(0);
  readonly #waiting = new Map<string, { output: string; done: (output: string) => void }>();
  closed = false;
  /** Of the close frame that came; null without one. */
  closeCode: number | null = null;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => this.#read(chunk));
    socket.on('close', () => {
      this.closed = true;
    });
    socket.on('error', () => undefined);
  }

  static async open(user: string, token: string): Promise<Kernel> {
    const headers = { authorization: `token ${token}` };
    const answer = await fetch(`${machine.url}/user/${user}/api/kernels`, {
      method: 'POST',
      headers,
      body: '{"name":"python3"}',
    });
    if (answer.status !== 201) throw new Error(`no kernel: ${answer.status} ${await answer.text()}`);
    const { id } = (await answer.json()) as { id: string };
    const key = randomBytes(16).toString('base64');
    const socket = await new Promise<Socket>((resolve, reject) => {
      const upgrade = request(`${machine.url}/user/${user}/api/kernels/${id}/channels`, {
        headers: {
          ...headers,
          connection: 'Upgrade',
          upgrade: 'websocket',
          'sec-websocket-version': '13',
          'sec-websocket-key': key,
        },
      });
      upgrade.on('upgrade', (response, stream) => {
        const expected = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
        if (response.headers['sec-websocket-accept'] === expected) resolve(stream);
        else reject(new Error('not a websocket'));
      });
      upgrade.on('response', (response) => reject(new Error(`no websocket: ${response.statusCode}`)));
      upgrade.on('error', reject);
      upgrade.end();
    });
    return new Kernel(socket);
  }

  /** Runs a cell and returns what it printed. */
  async run(code: string): Promise<string> {
    const id = randomUUID();
    const message = {
      header: {
        msg_id: id,
        msg_type: 'execute_request',
        username: '',
        session: id,
        version: '5.3',
        date: new Date().toISOString(),
      },
      parent_header: {},
      metadata: {},
      channel: 'shell',
      content: { code, silent: false, store_history: true, user_expressions: {}, allow_stdin: false },
    };
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { output: '', done: resolve });
      this.#socket.once('close', () => reject(new Error('the websocket was closed')));
      this.#socket.write(frame(JSON.stringify(message)));
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  #read(chunk: Buffer): void {
    this.#buffer = Buffer.concat([this.#buffer, chunk]);
    for (;;) {
      const found = parse(this.#buffer);
      if (found === undefined) return;
      this.#buffer = this.#buffer.subarray(found.size);
      if (found.opcode === 8) this.closeCode = found.payload.length < 2 ? 1005 : found.payload.readUInt16BE(0);
      if (found.opcode === 1) this.#take(found.payload.toString('utf8'));
    }
  }

  #take(text: string): void {
    const message = JSON.parse(text) as {
      msg_type?: string;
      header: { msg_type: string };
      parent_header: { msg_id?: string };
      content: { text?: string; execution_state?: string };
    };
    const waiting = this.#waiting.get(message.parent_header.msg_id ?? '');
    if (waiting === undefined) return;
    if (message.header.msg_type === 'stream') waiting.output += message.content.text ?? '';
    if (message.header.msg_type === 'status' && message.content.execution_state === 'idle')
      waiting.done(waiting.output);
  }
}

/** One masked text frame (RFC 6455, 5.2). */
function frame(text: string): Buffer {
  const payload = Buffer.from(text);
  const mask = randomBytes(4);
  const head =
    payload.length < 126
      ? Buffer.from([0x81, 0x80 | payload.length])
      : Buffer.from([0x81, 0xfe, payload.length >> 8, payload.length & 255]);
  return Buffer.concat([head, mask, payload.map((byte, i) => byte ^ (mask[i % 4] ?? 0))]);
}

function parse(buffer: Buffer): { opcode: number; payload: Buffer; size: number } | undefined {
  if (buffer.length < 2) return undefined;
  const short = (buffer[1] ?? 0) & 0x7f;
  const start = short === 126 ? 4 : short === 127 ? 10 : 2;
  if (buffer.length < start) return undefined;
  const length = short === 126 ? buffer.readUInt16BE(2) : short === 127 ? Number(buffer.readBigUInt64BE(2)) : short;
  if (buffer.length < start + length) return undefined;
  return { opcode: (buffer[0] ?? 0) & 15, payload: buffer.subarray(start, start + length), size: start + length };
}

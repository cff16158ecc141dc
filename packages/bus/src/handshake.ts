import type { Socket } from 'node:net';

const longestAnswer = 1024;

/** Proves to the bus who we are (EXTERNAL: the kernel tells it our uid). Leaves the socket paused, with nothing read beyond the answer. */
export function authenticate(socket: Socket, uid: number): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = '';
    const settle = (error: Error | null): void => {
      socket.off('data', take);
      socket.pause();
      if (error === null) resolve();
      else reject(error);
    };
    const take = (chunk: Buffer): void => {
      said += chunk.toString('latin1');
      if (!said.includes('\r\n')) {
        if (said.length > longestAnswer) settle(new Error('the message bus does not answer as one'));
        return;
      }
      if (!said.startsWith('OK ')) return settle(new Error(`the message bus refused us: ${said.slice(0, 200).trim()}`));
      socket.write('BEGIN\r\n');
      settle(null);
    };
    socket.on('data', take);
    socket.write(`\0AUTH EXTERNAL ${Buffer.from(String(uid)).toString('hex')}\r\n`);
  });
}

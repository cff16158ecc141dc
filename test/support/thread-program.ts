import { parentPort, workerData } from 'node:worker_threads';
import { makeLog } from '@tshub/daemon';
import type { ToThread } from '../../packages/proxyd/src/threads/messages.ts';
import { serveInThread } from '../../packages/proxyd/src/threads/serve.ts';

/** A further thread of proxyd whose sockets are a test's; see main.ts. */
const log = makeLog({ name: 'test', output: { write: () => undefined } });
const hear = serveInThread({ ...workerData, log, clock: Date.now, say: (message) => parentPort?.postMessage(message) });
parentPort?.on('message', (message: ToThread | 'fail') => {
  if (message === 'fail') throw new Error('as asked');
  hear(message);
});

// forward.mjs FROM-HOST FROM-PORT TO-HOST TO-PORT: passes TCP connections on; says "listening" once it does.
// Plain JavaScript with nothing to install: scripts/demo leaves it running.
import { connect, createServer } from 'node:net';

const [fromHost, fromPort, toHost, toPort] = process.argv.slice(2);

const server = createServer({ allowHalfOpen: true }, (near) => {
  const far = connect({ host: toHost, port: Number(toPort), allowHalfOpen: true });
  near.setNoDelay(true);
  far.setNoDelay(true);
  near.pipe(far).pipe(near);
  for (const [one, other] of [
    [near, far],
    [far, near],
  ]) {
    one.on('error', () => other.destroy());
    one.on('close', () => other.destroy());
  }
});
server.on('error', (error) => {
  console.error(`forward: cannot listen on ${fromHost} port ${fromPort}: ${error.message}`);
  process.exit(1);
});
server.listen(Number(fromPort), fromHost, () => console.log('listening'));

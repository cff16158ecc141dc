import { schema } from '@tshub/config';
import { expect, test } from 'vitest';
import { makeTargets } from './targets.ts';

const settings = schema.parse({
  services: {
    grader: { url: 'http://127.0.0.1:9999', user: 'www-data' },
    quiet: {},
    local: { url: 'http+unix://%2Frun%2Ftshub-services%2Flocal%2Fsock', user: '998' },
  },
});
const targets = makeTargets({
  settings: () => settings,
  account: (name) => Promise.resolve(name === 'www-data' ? { uid: 33 } : null),
});
const socket = 'unix:/run/tshub-services/local/sock';

test.each([
  ['a service of the settings, as they say', '/services/grader/', 'tcp:127.0.0.1:9999', 33],
  ['a service with a socket and the uid of its account', '/services/local/', socket, 998],
  ['any other service of somebody who may have a server', '/services/mine/', 'tcp:127.0.0.1:5000', 1000],
  ['a user server on a port', '/user/ada/', 'tcp:127.0.0.1:5000', 1000],
  ['a user server on its socket', '/user/ada/', 'unix:/run/tshub-servers/ada/sock', 61184],
])('%s may be published', async (_, prefix, target, uid) => {
  await expect(targets.check(prefix, target, uid)).resolves.toBeUndefined();
});

test.each([
  ['a port of root', '/services/mine/', 'tcp:127.0.0.1:22', 0],
  ['a service of the settings at another port', '/services/grader/', 'tcp:127.0.0.1:9998', 33],
  ['a service of the settings with the uid of somebody else', '/services/grader/', 'tcp:127.0.0.1:9999', 1000],
  ['a service of the settings under a path below its own', '/services/grader/more/', 'tcp:127.0.0.1:9999', 33],
  ['a service that has no url', '/services/quiet/', 'tcp:127.0.0.1:5000', 1000],
  ['the socket of a service under another name', '/services/mine/', socket, 998],
  ['the socket of a service as a user server', '/user/ada/', socket, 998],
])('%s may not', async (_, prefix, target, uid) => {
  await expect(targets.check(prefix, target, uid)).rejects.toThrow(/^(?:target|uid): /);
});

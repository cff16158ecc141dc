import { loadSettings } from '@tshub/config';
import { paths } from '@tshub/contract';
import { run } from '@tshub/daemon';
import { renew } from './renew.ts';

// Started by a timer; proxyd, which never asks anybody on the network, sees the new certificate by itself.
await run({
  name: 'tshub-acme',
  async start(life) {
    const settings = loadSettings();
    life.log.level = settings.logging.level;
    await renew({ settings: settings.proxy_tls, folder: paths.proxyKeys, log: life.log, now: Date.now() });
    life.stop();
  },
});

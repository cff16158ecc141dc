import type { BusCaller } from '@tshub/bus';
import { type InUse, schema } from '@tshub/config';
import { expect, test } from 'vitest';
import { serveCuller } from '../../packages/cullerd/src/culler1.ts';
import { settingsMethod } from '../../packages/hubd/src/hub1-settings.ts';
import { type Proxy1Parts, proxy1For } from '../../packages/proxyd/src/proxy1.ts';

const root: BusCaller = { sender: ':1.7', uid: 0, interactive: false, authorize: async () => true };
const inUse: InUse = {
  settings: schema.parse({ hub: { name: 'Lab' }, spawner: { environment: { KEY: 'hush-hush' } } }),
  waiting: [],
};

test.each([
  ['hub', settingsMethod(() => inUse)],
  ['proxy', proxy1For({ inUse: () => inUse, hubUid: 990 } as Proxy1Parts).methods],
  ['culler', serveCuller({} as Parameters<typeof serveCuller>[0], () => inUse.settings).methods],
])('the %s tells its settings to who may see them, and no secret to anybody', async (_, { GetSettings }) => {
  const [text] = await GetSettings(root);
  expect(JSON.parse(text)).toMatchObject({ hub: { name: 'Lab' } });
  expect(text).not.toContain('hush-hush');
});

import type { BusCaller, Implementation } from '@tshub/bus';
import { type Settings, tellInUse } from '@tshub/config';
import { TshubError, version, type culler1 } from '@tshub/contract';
import type { Culler } from './culler.ts';

const action = 'org.tshub.culler.manage';

/** The culler on the bus. */
export function serveCuller(culler: Culler, settings: () => Settings): Implementation<typeof culler1> {
  return {
    methods: {
      async CullNow(caller, isDryRun) {
        await requireAction(caller);
        return culler.round(isDryRun);
      },
      async GetSettings(caller) {
        await requireAction(caller);
        // All of them can change while it runs.
        return tellInUse({ settings: settings(), waiting: [] });
      },
      async GetStatus() {
        return culler.status();
      },
    },
    properties: { Version: () => version },
  };
}

async function requireAction(caller: BusCaller): Promise<void> {
  if (await caller.authorize(action)) return;
  throw new TshubError('forbidden', {
    problem:
      'to cull now or to see the settings of the culler, be in the group tshub-admin or give the password of an administrator',
  });
}

import type { BusCaller, Implementation } from '@tshub/bus';
import { TshubError, version, type culler1 } from '@tshub/contract';
import type { Culler } from './culler.ts';

const action = 'org.tshub.culler.manage';

/** The culler on the bus. */
export function serveCuller(culler: Culler): Implementation<typeof culler1> {
  return {
    methods: {
      async CullNow(caller, isDryRun) {
        await requireAction(caller);
        return culler.round(isDryRun);
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
    problem: 'to cull now, be in the group tshub-admin or give the password of an administrator',
  });
}

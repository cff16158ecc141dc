import type { BusCaller, Implementation } from '@tshub/bus';
import { type InUse, tellInUse } from '@tshub/config';
import { type hub1, TshubError } from '@tshub/contract';

/** What the hub goes by, for those who may see everything of it. */
export function settingsMethod(inUse: () => InUse): Pick<Implementation<typeof hub1>['methods'], 'GetSettings'> {
  return {
    async GetSettings(caller: BusCaller) {
      if (!(await caller.authorize('org.tshub.hub.read')))
        throw new TshubError('forbidden', {
          problem:
            'to see the settings of the hub, be in the group tshub-admin or give the password of an administrator',
        });
      return tellInUse(inUse());
    },
  };
}

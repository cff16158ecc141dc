import type { Context, Input, Outcome } from '../command.ts';
import { withClient } from './rest.ts';

export async function shutDown(context: Context, { options }: Input): Promise<Outcome> {
  const servers = options['servers'] === true;
  await withClient(context, ['shutdown'], (client) => client['info.shutdown']({ body: { servers } }));
  const rest = servers ? 'after it has stopped all servers' : 'servers run on';
  return {
    json: { shutdown: true, servers },
    text: () => `the hub ends, ${rest}; start it again: systemctl start tshub`,
  };
}

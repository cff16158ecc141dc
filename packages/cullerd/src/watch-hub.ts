import type { Bus } from '@tshub/bus';
import { type Calls } from '@tshub/bus';
import { hub1 } from '@tshub/contract';

/** Calls when servers become ready or are kept, and when there is another hub, which must be told of all ends anew. */
export async function watchHub(
  bus: Pick<Bus, 'onSignal' | 'onOwnerChange'>,
  hub: Pick<Calls<typeof hub1>, 'WatchServers'>,
  onNews: () => void,
): Promise<() => void> {
  // A hub that is away is asked again when it comes.
  const subscribe = (): void => void hub.WatchServers().catch(() => undefined);
  const stops = [
    await bus.onSignal(
      { sender: hub1.busName, path: hub1.path, interface: hub1.name, member: 'ServerChanged' },
      ({ args }) => (args[2] === 'ready' || args[2] === 'kept') && onNews(),
    ),
    await bus.onOwnerChange(hub1.busName, (owner) => {
      if (owner === null) return;
      subscribe();
      onNews();
    }),
  ];
  subscribe();
  return () => {
    for (const stop of stops) stop();
  };
}

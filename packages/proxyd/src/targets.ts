import type { Settings } from '@tshub/config';
import { paths, servicePrefix, serviceTarget, TshubError } from '@tshub/contract';
import { parsePrefix } from './route-prefix.ts';

export interface TargetsParts {
  readonly settings: () => Pick<Settings, 'services' | 'spawner'>;
  /** An account of the host. */
  readonly account: (name: string) => Promise<{ readonly uid: number } | null>;
}

/** What the hub may lead the network to. A hub that was taken over must not publish what root and the host's own services have on loopback. */
export interface Targets {
  /**
   * A service of the settings is exactly where root has written that it is, as the account written there; everything else belongs
   * to a uid that may have a server. Throws bad_request.
   */
  check(prefix: string, target: string, uid: number): Promise<void>;
  /** Throws bad_request for what cannot be a user server. */
  checkServer(target: string, uid: number): void;
}

export function makeTargets({ settings, account }: TargetsParts): Targets {
  const checkServer: Targets['checkServer'] = (target, uid) => {
    // Of the folders that sockets may be in at all (target.ts), that of user servers has only theirs.
    const isServerSocket = target.startsWith('unix:') && !target.startsWith(`unix:${paths.serviceSockets}/`);
    if (isServerSocket || uid >= settings().spawner.min_uid) return;
    throw new TshubError('bad_request', { problem: `uid: expected one that may have a server, found ${uid}` });
  };
  return {
    checkServer,
    async check(prefix, target, uid) {
      // Whatever follows: this is no service. The prefix is read when the route is made; a hub gives them by the thousand.
      if (prefix.startsWith('/user/')) return checkServer(target, uid);
      const { text, segments } = parsePrefix(prefix);
      const [root, name = ''] = segments;
      const service =
        root === 'services' && Object.hasOwn(settings().services, name) ? settings().services[name] : undefined;
      if (root === 'services' && service === undefined && uid < settings().spawner.min_uid)
        throw new TshubError('bad_request', {
          problem: `uid: expected one that may have a server, found ${uid}, and no service "${name}" is in the proxy's settings; \`systemctl reload tshub-proxyd\` reads them anew`,
        });
      if (service === undefined) return checkServer(target, uid);
      const wanted = serviceTarget(service.url);
      const owner = /^\d+$/.test(service.user) ? Number(service.user) : (await account(service.user))?.uid;
      if (text === servicePrefix(name) && target === wanted && uid === owner) return;
      const expected = wanted === null ? 'no url' : `${wanted} of ${service.user} (uid ${owner ?? 'unknown'})`;
      throw new TshubError('bad_request', {
        problem: `target: the settings give the service "${name}" ${expected}, found ${target} (uid ${uid})`,
      });
    },
  };
}

import { readFile } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { isDeepStrictEqual } from 'node:util';
import { keepWaiting, type Settings } from '@tshub/config';
import { acmeFiles } from '@tshub/contract';
import type { ListenAddress, Log } from '@tshub/daemon';
import { Front, type FrontLimits } from './front.ts';
import type { Proxy } from './proxy.ts';
import { redirectToHttps } from './tls/redirect.ts';
import { TlsSide } from './tls/tls-side.ts';
import { trustedPeers } from './trusted-peers.ts';

export type FrontSettings = Pick<Settings, 'proxy' | 'proxy_tls'>;

export interface PublicFrontOptions {
  readonly settings: FrontSettings;
  readonly listen: readonly ListenAddress[];
  readonly proxy: Proxy;
  /** Credentials of the peer of a connected UNIX socket. */
  readonly peer: (fd: number) => { readonly uid: number };
  /** Where certificates of our own making are kept. */
  readonly folder: string;
  /** Names and addresses of this host. */
  readonly hostNames: readonly string[];
  readonly log: Log;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  /** Of another thread that serves the same, and tells when files change; left out: own ones, changed from time to time. */
  readonly ticketKeys?: Uint8Array;
  /** Hears of own ones that have changed. */
  readonly onTicketKeys?: (keys: Uint8Array) => void;
  /** Hears when changed files of certificates have been read, and of the keys that are good from then on. */
  readonly onCertificates?: (ticketKeys: Uint8Array) => void;
  /** Milliseconds between two looks at the files of certificates. */
  readonly watchMs?: number;
}

/** What is said of TLS on the bus. */
export interface TlsStatus {
  readonly tls: boolean;
  /** SHA-256 of the default certificate, or ''. */
  readonly fingerprint: string;
  readonly certificateNames: readonly string[];
  /** Milliseconds since 1970; 0 without a certificate. */
  readonly certificateExpires: bigint;
}

export interface PublicFront {
  /** TCP ports, in the order of the listeners; 0 for a UNIX socket. */
  readonly ports: readonly number[];
  tlsStatus(): TlsStatus;
  /** Applies new settings, reads certificates again; gives the names of those that only a restart can apply. Throws config_invalid. */
  reload(settings: FrontSettings): Promise<string[]>;
  /** Serves a connection of which nothing was read. */
  serve(socket: Socket): void;
  /** null without TLS. */
  ticketKeys(): Uint8Array | null;
  setTicketKeys(keys: Uint8Array): void;
  /** Reads certificates again, as the thread has done whose keys these are. Throws config_invalid. */
  readAgain(ticketKeys: Uint8Array): Promise<void>;
  /** Takes no new connections. */
  stop(): void;
}

export const noTls: TlsStatus = { tls: false, fingerprint: '', certificateNames: [], certificateExpires: 0n };

/** Whether connections are more than HTTP on one listener, which the proxy takes by itself. */
export function needsFront({ proxy, proxy_tls: tls }: FrontSettings, listeners: number): boolean {
  return tls.mode !== 'off' || proxy.proxy_protocol || listeners > 1;
}

/** The public listeners, with what comes before HTTP on them. Throws config_invalid; rejects when an address cannot be had. */
export async function startPublicFront(options: PublicFrontOptions): Promise<PublicFront> {
  const { settings, proxy, log, clock } = options;
  const { engine, counts } = proxy;
  let limits = limitsOf(settings);
  let redirectPort = settings.proxy_tls.redirect_port;
  const side =
    settings.proxy_tls.mode === 'off'
      ? null
      : await TlsSide.start({
          ...options,
          settings: settings.proxy_tls,
          counts,
          clock,
          handshakeMs: limits.headersMs,
          onSecure(stream, from) {
            const told = from === undefined ? undefined : front.addressOf(from);
            const { servername } = stream as { servername?: string | false };
            const named = typeof servername === 'string' ? { serverName: servername } : {};
            engine.serve(stream, { remoteAddress: told ?? stream.remoteAddress, encrypted: true, ...named });
          },
        });
  const front: Front = new Front({
    engine,
    log,
    peer: options.peer,
    watchFull: (listener) => proxy.watchFull(listener),
    takenElsewhere: (socket) => proxy.takenElsewhere(socket),
    limits: () => limits,
    tls: side && {
      accept: (socket) => side.accept(socket),
      redirect: (socket) =>
        redirectToHttps(socket, { port: redirectPort, timeoutMs: limits.headersMs, answerChallenge }),
    },
  });
  const answerChallenge = (token: string) =>
    readFile(`${acmeFiles(options.folder).challenges}/${token}`, 'utf8').catch(() => null);
  const ports: number[] = [];
  for (const address of options.listen) ports.push(await front.listen(address));
  const stop = () => {
    front.stop();
    side?.close();
  };
  return {
    ports,
    tlsStatus() {
      const certificate = side?.certificate;
      if (certificate === undefined) return noTls;
      const { fingerprint, names, expires } = certificate;
      return { tls: true, fingerprint, certificateNames: names, certificateExpires: BigInt(expires) };
    },
    async reload(fresh) {
      const later = laterOf(settings, fresh);
      const inUse = keepWaiting(settings, fresh, later);
      // Without TLS after a restart its files may have gone already; what was read of them serves until then.
      if (fresh.proxy_tls.mode !== 'off') await side?.reload(inUse.proxy_tls);
      limits = limitsOf(inUse);
      redirectPort = inUse.proxy_tls.redirect_port;
      return later;
    },
    serve: (socket) => front.serve(socket),
    ticketKeys: () => side?.ticketKeys ?? null,
    setTicketKeys: (keys) => side?.setTicketKeys(keys),
    async readAgain(keys) {
      await side?.reload();
      side?.setTicketKeys(keys);
    },
    stop,
  };
}

/** Settings that a front must be made with. */
export function laterOf(before: FrontSettings, fresh: FrontSettings): string[] {
  const later: string[] = [];
  const [old, now] = [before.proxy_tls, fresh.proxy_tls];
  if (before.proxy.proxy_protocol !== fresh.proxy.proxy_protocol) later.push('proxy.proxy_protocol');
  // One kind of certificate for another is no matter; whether there is TLS is.
  if ((old.mode === 'off') !== (now.mode === 'off')) {
    later.push('proxy_tls.mode');
    if (!isDeepStrictEqual(old.certificates, now.certificates)) later.push('proxy_tls.certificates');
  }
  if ((old.client_ca_file === '') !== (now.client_ca_file === '')) later.push('proxy_tls.client_ca_file');
  return later;
}

function limitsOf({ proxy }: FrontSettings): FrontLimits {
  return {
    trusts: trustedPeers(proxy.trusted_proxies),
    headersMs: proxy.headers_timeout * 1000,
    proxyProtocol: proxy.proxy_protocol,
  };
}

import { randomBytes } from 'node:crypto';
import { type Stats, unwatchFile, watchFile } from 'node:fs';
import type { Socket } from 'node:net';
import { createServer, type Server, type TLSSocket } from 'node:tls';
import { isDeepStrictEqual } from 'node:util';
import type { Log } from '@tshub/daemon';
import type { Counts } from '../metrics.ts';
import { type Certificate, certificateFor, type ContextOptions } from './certificates.ts';
import { contextOptions, filesOf, loadCertificates, type LoadParts, type TlsSettings } from './load-certificates.ts';

export interface TlsSideParts extends Omit<LoadParts, 'now'> {
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  readonly log: Log;
  readonly counts: Counts;
  /** Milliseconds that a handshake may take. */
  readonly handshakeMs: number;
  /** Of another thread, which tells when files change; left out: own ones, changed from time to time, and the files are looked at here. */
  readonly ticketKeys?: Uint8Array;
  /** Hears of own ones that have changed. */
  readonly onTicketKeys?: (keys: Uint8Array) => void;
  /** Hears when changed files have been read, and of the keys that are good from then on. */
  readonly onCertificates?: (ticketKeys: Uint8Array) => void;
  /** Milliseconds between two looks at the files. */
  readonly watchMs?: number;
  /** Takes over what was decrypted, and the connection that it came from. */
  readonly onSecure: (stream: TLSSocket, from: Socket | undefined) => void;
}

/** Tickets of sessions are good until the keys have changed twice. */
const ticketKeyMs = 12 * 3_600_000;

/** TLS towards browsers. Certificates change while it serves: at a reload, and when their files do. */
export class TlsSide {
  #parts: TlsSideParts;
  #settings: TlsSettings;
  #certificates: readonly Certificate[];
  #server: Server;
  #ticketTimer: NodeJS.Timeout | undefined;
  #watched: string[] = [];
  /** Who vouches for the certificates of clients. */
  #clientCa: ContextOptions['ca'];

  /** Throws config_invalid. */
  static async start(parts: TlsSideParts): Promise<TlsSide> {
    const certificates = await loadCertificates({ ...parts, now: parts.clock() });
    return new TlsSide(parts, certificates);
  }

  private constructor(parts: TlsSideParts, certificates: readonly Certificate[]) {
    this.#parts = parts;
    this.#settings = parts.settings;
    this.#certificates = certificates;
    const isClientAsked = parts.settings.client_ca_file !== '';
    const secure = this.#secure();
    this.#clientCa = secure.ca;
    this.#server = createServer({
      ...secure,
      allowHalfOpen: true,
      ALPNProtocols: ['http/1.1'],
      handshakeTimeout: parts.handshakeMs,
      honorCipherOrder: true,
      rejectUnauthorized: isClientAsked,
      requestCert: isClientAsked,
      SNICallback: (name, answer) => answer(null, certificateFor(this.#certificates, name)?.context),
    });
    this.#server.on('secureConnection', (stream: TLSSocket) => {
      parts.counts.add('tshub_proxy_tls_handshakes');
      // Node keeps it there; the address that a balancer told belongs to it.
      parts.onSecure(stream, (stream as unknown as { _parent?: Socket })._parent);
    });
    this.#server.on('tlsClientError', (error: Error, stream: TLSSocket) => {
      parts.counts.add('tshub_proxy_tls_handshake_failures');
      parts.log.debug({ error }, 'a TLS handshake failed');
      stream.destroy();
    });
    if (parts.ticketKeys === undefined) this.#ticketTimer = setInterval(() => this.#renewKeys(), ticketKeyMs).unref();
    else this.setTicketKeys(parts.ticketKeys);
    this.#watch();
  }

  /** The one that is served when no name is asked for or none fits. */
  get certificate(): Certificate | undefined {
    return this.#certificates[0];
  }

  get ticketKeys(): Uint8Array {
    return this.#server.getTicketKeys();
  }

  setTicketKeys(keys: Uint8Array): void {
    this.#server.setTicketKeys(Buffer.from(keys));
  }

  /** Shakes hands on a connection that has not been read from, or whose bytes were put back. */
  accept(socket: Socket): void {
    this.#server.emit('connection', socket);
  }

  /** Reads certificates again, with new settings or the same; connections that are open keep what they have. Throws config_invalid. */
  async reload(settings: TlsSettings = this.#settings): Promise<void> {
    const certificates = await loadCertificates({ ...this.#parts, settings, now: this.#parts.clock() });
    this.#settings = settings;
    this.#certificates = certificates;
    const secure = this.#secure();
    // A session remembers that the client's certificate was good, by the authority of before.
    const ticketKeys = secure.ca === this.#clientCa ? this.#server.getTicketKeys() : randomBytes(48);
    this.#clientCa = secure.ca;
    this.#server.setSecureContext({ ...secure, ticketKeys });
    this.#watch();
  }

  close(): void {
    clearInterval(this.#ticketTimer);
    this.#unwatch();
  }

  #renewKeys(): void {
    const keys = randomBytes(48);
    this.#server.setTicketKeys(keys);
    this.#parts.onTicketKeys?.(keys);
  }

  #secure() {
    const { cert, key } = this.#certificates[0] ?? {};
    return { ...contextOptions(this.#settings), ...(cert === undefined ? {} : { cert, key }) };
  }

  #watch(): void {
    const { watchMs = 30_000, folder, ticketKeys } = this.#parts;
    // Keys must not be another thread's before the authority is, by which a session was made.
    if (ticketKeys !== undefined) return;
    const files = filesOf(this.#settings, folder);
    if (isDeepStrictEqual(files, this.#watched)) return;
    this.#unwatch();
    this.#watched = files;
    // By looking, because renewals swap links, which a watch on the old file would not see.
    for (const file of this.#watched) watchFile(file, { interval: watchMs, persistent: false }, this.#onChange);
  }

  #unwatch(): void {
    for (const file of this.#watched) unwatchFile(file, this.#onChange);
    this.#watched = [];
  }

  #onChange = (now: Stats, before: Stats): void => {
    const { log } = this.#parts;
    // Node calls once for a file that is not there yet, too.
    if (now.mtimeMs === before.mtimeMs && now.ino === before.ino && now.size === before.size) return;
    this.reload().then(
      () => {
        log.info(`certificates have changed: serving ${this.certificate?.fingerprint} now`);
        this.#parts.onCertificates?.(this.ticketKeys);
      },
      (error: unknown) =>
        log.warn({ error }, 'a changed certificate cannot be used; going on with the one from before'),
    );
  };
}

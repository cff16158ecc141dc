import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import { createServer, type Server, type TLSSocket } from 'node:tls';
import type { Log } from '@tshub/daemon';
import type { Counts } from '../metrics.ts';
import { type Certificate, certificateFor, type ContextOptions } from './certificates.ts';
import { fileStates } from './file-states.ts';
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
  #watchTimer: NodeJS.Timeout | undefined;
  /** Of the files of certificates, before they were read. */
  #states: string;
  /** Who vouches for the certificates of clients. */
  #clientCa: ContextOptions['ca'];

  /** Throws config_invalid. */
  static async start(parts: TlsSideParts): Promise<TlsSide> {
    const states = await fileStates(filesOf(parts.settings, parts.folder));
    const certificates = await loadCertificates({ ...parts, now: parts.clock() });
    return new TlsSide(parts, certificates, states);
  }

  private constructor(parts: TlsSideParts, certificates: readonly Certificate[], states: string) {
    this.#parts = parts;
    this.#states = states;
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
    if (parts.ticketKeys !== undefined) {
      // They must not be another thread's before the authority is, by which a session was made: that one looks, and tells.
      this.setTicketKeys(parts.ticketKeys);
      return;
    }
    this.#ticketTimer = setInterval(() => this.#renewKeys(), ticketKeyMs).unref();
    this.#watchTimer = setInterval(() => void this.#look(), parts.watchMs ?? 30_000).unref();
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
    const states = await fileStates(filesOf(settings, this.#parts.folder));
    const certificates = await loadCertificates({ ...this.#parts, settings, now: this.#parts.clock() });
    this.#states = states;
    this.#settings = settings;
    this.#certificates = certificates;
    const secure = this.#secure();
    // A session remembers that the client's certificate was good, by the authority of before.
    const ticketKeys = secure.ca === this.#clientCa ? this.#server.getTicketKeys() : randomBytes(48);
    this.#clientCa = secure.ca;
    this.#server.setSecureContext({ ...secure, ticketKeys });
  }

  close(): void {
    clearInterval(this.#ticketTimer);
    clearInterval(this.#watchTimer);
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

  /** Reads certificates again when their files have changed. */
  async #look(): Promise<void> {
    const { log, folder } = this.#parts;
    const states = await fileStates(filesOf(this.#settings, folder));
    if (states === this.#states) return;
    // What cannot be used is told of once.
    this.#states = states;
    try {
      await this.reload();
    } catch (error) {
      log.warn({ error }, 'a changed certificate cannot be used; going on with the one from before');
      return;
    }
    log.info(`certificates have changed: serving ${this.certificate?.fingerprint} now`);
    this.#parts.onCertificates?.(this.ticketKeys);
  }
}

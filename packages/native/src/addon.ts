import type { Account, BareAccount, Group } from './account.ts';
import type { PamMessage } from './pam.ts';

export interface PeerCredentials {
  readonly pid: number;
  readonly uid: number;
  readonly gid: number;
}

/** What pam.c says of a login: libpam's return code, the step it came from, libpam's words, and PAM_USER after a success. */
export interface RawPamOutcome {
  readonly code: number;
  readonly step: 'start' | 'authenticate' | 'account' | 'password';
  readonly text: string;
  readonly user: string;
}

export interface RawPamOptions {
  readonly service: string;
  readonly user: string;
  readonly rhost?: string;
  readonly tty?: string;
  readonly confdir?: string;
}

/** The functions of the compiled addon, as addon.c lists them. */
export interface Addon {
  bareUserByName(name: string): Promise<BareAccount | null>;
  duplicate(fd: number): number;
  endAfter(seconds: number): void;
  groupByName(name: string): Promise<Group | null>;
  pamLogin(
    options: RawPamOptions,
    converse: (messages: PamMessage[], answer: (values: ReadonlyArray<string | null> | null) => void) => void,
  ): Promise<RawPamOutcome>;
  peerCredentials(fd: number): PeerCredentials;
  sendBarrier(path: string): number;
  sendDatagram(path: string, bytes: Uint8Array, mayBeFile: boolean): number;
  setDumpable(allowed: boolean): void;
  userByName(name: string): Promise<Account | null>;
  userByUid(uid: number): Promise<BareAccount | null>;
  wipe(bytes: Uint8Array): void;
}

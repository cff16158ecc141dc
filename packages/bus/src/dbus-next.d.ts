/** The parts of dbus-next that we use: its wire format and its handshake. Everything above that is ours (see link.ts). */

declare module 'dbus-next/lib/message.js' {
  interface RawMessage {
    type: number;
    serial: number;
    flags?: number;
    path?: string;
    interface?: string;
    member?: string;
    errorName?: string;
    replySerial?: number;
    destination?: string;
    sender?: string;
    signature?: string;
    body?: unknown[];
  }
  interface ReadableSide {
    on(event: 'readable', listener: () => void): void;
    read(size: number): Buffer | null;
  }
  const codec: {
    marshall(message: RawMessage): [Buffer, unknown[]];
    unmarshalMessages(stream: ReadableSide, onMessage: (message: RawMessage) => void, options: object): void;
  };
  export default codec;
  export type { RawMessage, ReadableSide };
}

declare module 'dbus-next/lib/handshake.js' {
  import type { Socket } from 'node:net';
  function handshake(
    stream: Socket,
    options: { authMethods: string[] },
    done: (error: Error | null, guid?: string) => void,
  ): void;
  export default handshake;
}

declare module 'dbus-next/lib/signature.js' {
  interface SignatureNode {
    readonly type: string;
    readonly child: readonly SignatureNode[];
  }
  const signatures: {
    parseSignature(signature: string): SignatureNode[];
    collapseSignature(node: SignatureNode): string;
  };
  export default signatures;
  export type { SignatureNode };
}

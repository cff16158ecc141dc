/** The parts of dbus-next that we use: how values are written and read. Connections are ours (see link.ts). */

interface WireNode {
  readonly type: string;
  readonly child: readonly WireNode[];
}

declare module 'dbus-next/lib/message.js' {
  const codec: {
    marshall(message: {
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
      body?: readonly unknown[];
    }): [Buffer, unknown[]];
  };
  export default codec;
}

declare module 'dbus-next/lib/dbus-buffer.js' {
  export default class DBusBuffer {
    constructor(buffer: Buffer, startPos: number, endian: number, fds: null, options: object);
    readonly buffer: Buffer;
    readonly endian: number;
    pos: number;
    align(power: number): void;
    read(signature: string): unknown[];
    readArray(element: WireNode, size: number): unknown[];
    readSimpleType(type: string): unknown;
  }
}

declare module 'dbus-next/lib/signature.js' {
  const signatures: { collapseSignature(node: WireNode): string };
  export default signatures;
}

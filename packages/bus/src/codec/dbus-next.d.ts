/** The parts of dbus-next that we use: how values are read. Connections are ours (see link.ts). */

interface WireNode {
  readonly type: string;
  readonly child: readonly WireNode[];
}

declare module 'dbus-next/lib/dbus-buffer.js' {
  export default class DBusBuffer {
    constructor(buffer: Buffer, startPos: number, endian: number, fds: null, options: object);
    readonly buffer: Buffer;
    readonly endian: number;
    pos: number;
    align(power: number): void;
    readStruct(nodes: readonly WireNode[]): unknown[];
    readVariant(): [readonly WireNode[], unknown[]];
    readArray(element: WireNode, size: number): unknown[];
    readSimpleType(type: string): unknown;
  }
}

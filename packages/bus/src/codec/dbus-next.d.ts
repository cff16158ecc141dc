/** The parts of dbus-next that we use: how values are read. Connections are ours (see link.ts). */

declare module 'dbus-next/lib/dbus-buffer.js' {
  export default class DBusBuffer {
    constructor(buffer: Buffer, startPos: number, endian: number, fds: null, options: object);
    readonly buffer: Buffer;
    readonly endian: number;
    pos: number;
    align(power: number): void;
    readSimpleType(type: string): unknown;
  }
}

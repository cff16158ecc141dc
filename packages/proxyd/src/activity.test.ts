import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FrameWatcher } from './activity.ts';

const opcodes = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

function frame(opcode: number, size: number, masked = true): Buffer {
  const long = size > 65_535 ? Buffer.alloc(8) : size > 125 ? Buffer.alloc(2) : Buffer.alloc(0);
  if (long.length === 8) long.writeBigUInt64BE(BigInt(size));
  if (long.length === 2) long.writeUInt16BE(size);
  const short = long.length === 8 ? 127 : long.length === 2 ? 126 : size;
  // Payload bytes that look like the head of a text frame.
  return Buffer.concat([
    Buffer.from([0x80 | opcode, (masked ? 0x80 : 0) | short]),
    long,
    Buffer.alloc(masked ? 4 : 0, 7),
    Buffer.alloc(size, 0x81),
  ]);
}

describe('websocket frames of a client', () => {
  test.each([
    ['text', true],
    ['binary', true],
    ['continuation', true],
    ['close', false],
    ['ping', false],
    ['pong', false],
  ] as const)('%s counts as activity: %s', (kind, counts) => {
    for (const size of [0, 5, 125]) expect(new FrameWatcher().push(frame(opcodes[kind], size))).toBe(counts);
  });

  test.each([126, 65_535, 65_536, 200_000])(
    'a frame of %d bytes is data to its end, and what follows is read anew',
    (size) => {
      const watcher = new FrameWatcher();
      const bytes = Buffer.concat([frame(opcodes.binary, size), frame(opcodes.ping, 4)]);
      expect(watcher.push(bytes.subarray(0, 100))).toBe(true);
      expect(watcher.push(bytes.subarray(100))).toBe(true);
      expect(watcher.push(frame(opcodes.pong, 3))).toBe(false);
      expect(watcher.push(frame(opcodes.text, 1))).toBe(true);
    },
  );

  test('however the bytes are cut, the same frames are seen', () => {
    const kinds = fc.array(
      fc.tuple(fc.constantFrom(1, 2, 8, 9, 10), fc.constantFrom(0, 1, 125, 126, 300), fc.boolean()),
      { maxLength: 6 },
    );
    fc.assert(
      fc.property(kinds, fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 50 }), (frames, cuts) => {
        const watcher = new FrameWatcher();
        const bytes = Buffer.concat(frames.map(([opcode, size, masked]) => frame(opcode, size, masked)));
        let [saw, end] = [false, 0];
        const ends = new Set(frames.map(([opcode, size, masked]) => (end += frame(opcode, size, masked).length)));
        for (let at = 0, cut = 0; at < bytes.length; cut++) {
          const step = cuts[cut % cuts.length] ?? 1;
          if (watcher.push(bytes.subarray(at, at + step))) saw = true;
          at += step;
          expect(watcher.isBetweenFrames).toBe(at >= bytes.length || ends.has(at));
        }
        expect(saw).toBe(frames.some(([opcode]) => opcode < 8));
        expect(watcher.push(frame(opcodes.ping, 2))).toBe(false);
      }),
    );
  });
});

import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { requireRootsFolder } from './root-folder.ts';

// Owners can be given away by root alone; the suite runs as root in scripts/test.
const isRoot = process.getuid?.() === 0;
let base: string;
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'tshub-folder-'));
});
afterEach(() => rmSync(base, { recursive: true }));

test.runIf(isRoot)('a folder of root’s below a sticky one is good', async () => {
  await expect(requireRootsFolder(base)).resolves.toBeUndefined();
});

test.runIf(isRoot)(
  'one of somebody else, one inside it, one that others may write to, and a link to these, are not',
  async () => {
    const own = join(base, 'ada');
    mkdirSync(join(own, 'deep'), { recursive: true });
    chownSync(own, 1234, 1234);
    await expect(requireRootsFolder(own)).rejects.toThrow(/belongs to uid 1234/);
    await expect(requireRootsFolder(join(own, 'deep'))).rejects.toThrow(/belongs to uid 1234/);
    const open = join(base, 'open');
    mkdirSync(open);
    chmodSync(open, 0o777);
    await expect(requireRootsFolder(open)).rejects.toThrow(/others may write/);
    symlinkSync(open, join(base, 'link'));
    await expect(requireRootsFolder(join(base, 'link'))).rejects.toThrow(/others may write/);
  },
);

test('one that there is not is named', async () => {
  await expect(requireRootsFolder(join(base, 'none'))).rejects.toThrow(/none: expected a folder/);
});

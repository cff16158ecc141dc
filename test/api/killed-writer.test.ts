import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, test } from 'vitest';
import { openDatabase } from '../../packages/hubd/src/db/open.ts';

const script = join(import.meta.dirname, '../support/write-burst.ts');

test('a process that is killed in the middle of many writes loses none that it had acknowledged', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'tshub-killed-'));
  const file = join(folder, 'tshub.sqlite');
  const acknowledged: string[] = [];
  // Three lives of one database, each killed while it writes.
  for (let life = 1; life <= 3; life++) {
    const writer = spawn(process.execPath, ['--import', 'tsx', script, file], { stdio: ['ignore', 'pipe', 'inherit'] });
    const ended = once(writer, 'close');
    for await (const line of createInterface(writer.stdout)) {
      acknowledged.push(line);
      if (acknowledged.length % 200 === 0) writer.kill('SIGKILL');
    }
    expect((await ended)[1]).toBe('SIGKILL');
  }
  const db = await openDatabase({ file, log: { info: () => undefined, error: () => undefined } });
  const kept = new Set(await db('users').pluck('name'));
  await db.destroy();
  rmSync(folder, { recursive: true });
  expect(acknowledged.length).toBeGreaterThanOrEqual(600);
  expect(acknowledged.filter((name) => !kept.has(name))).toEqual([]);
});

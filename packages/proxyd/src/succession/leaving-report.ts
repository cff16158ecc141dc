import { readdir, readFile, rename, stat, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';

/** What an old process tells the new one, in a file of its own beside the routes: it may outlive its writer. */
const shape = z.object({
  pid: z.number().int().positive(),
  connections: z.number().int().nonnegative(),
  websockets: z.number().int().nonnegative(),
  /** Last activity since the new process serves, by prefix; milliseconds since 1970. */
  activity: z.record(z.string(), z.number()),
});
export type LeavingReport = z.infer<typeof shape>;

const fileName = /^leaving-[1-9]\d*\.json$/;

export function isLeavingReport(name: string): boolean {
  return fileName.test(name);
}

/** Replaces the one before as a whole. */
export async function writeLeavingReport(folder: string, report: LeavingReport): Promise<void> {
  const path = join(folder, `leaving-${report.pid}.json`);
  await writeFile(`${path}.new`, JSON.stringify(report), { mode: 0o600 });
  await rename(`${path}.new`, path);
}

/** Reports that are there. What was not written for `staleMs` is of a process that is gone, and is removed once read. */
export async function readLeavingReports(folder: string, staleMs: number): Promise<LeavingReport[]> {
  const reports: LeavingReport[] = [];
  for (const name of (await readdir(folder)).filter(isLeavingReport)) {
    const path = join(folder, name);
    try {
      const report = shape.parse(JSON.parse(await readFile(path, 'utf8')));
      const isStale = Date.now() - (await stat(path)).mtimeMs > staleMs;
      reports.push(isStale ? { ...report, connections: 0, websockets: 0 } : report);
      if (isStale || report.connections === 0) await unlink(path);
    } catch {
      // Of a version that writes it otherwise, or gone meanwhile; the routes themselves are not in there.
      await unlink(path).catch(() => undefined);
    }
  }
  return reports;
}

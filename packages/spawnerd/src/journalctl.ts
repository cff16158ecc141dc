import { execFile } from 'node:child_process';
import type { Journalctl } from './launch/log.ts';

const program = '/usr/bin/journalctl';
const timeoutMs = 10_000;

/** The host's journalctl, with an environment of its own and a deadline. */
export const systemJournalctl: Journalctl = (args, maxBytes) =>
  new Promise((resolve, reject) => {
    const options = { env: { LC_ALL: 'C.UTF-8' }, maxBuffer: Math.max(maxBytes, 1024), timeout: timeoutMs };
    execFile(program, [...args], options, (error, stdout) => {
      // Output beyond maxBuffer is cut, which is what the caller wants.
      const isCut = error !== null && 'code' in error && String(error.code) === 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER';
      if (error === null || isCut) resolve(stdout);
      else reject(error);
    });
  });

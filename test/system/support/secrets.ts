import { appendFileSync, readFileSync } from 'node:fs';

/** Everything secret that the suite has used, one a line, so that the last test can search the journal for it. */
const file = process.env['TSHUB_TEST_SECRETS'] ?? `/tmp/${process.env['TSHUB_TEST_MACHINE'] ?? 'tshub-test'}-secrets`;

export function noteSecret(...secrets: readonly string[]): void {
  for (const secret of secrets) if (secret.length >= 8) appendFileSync(file, `${secret}\n`, { mode: 0o600 });
}

export function notedSecrets(): string[] {
  return [
    ...new Set(
      readFileSync(file, 'utf8')
        .split('\n')
        .filter((line) => line !== ''),
    ),
  ];
}

export const secretsFile = file;

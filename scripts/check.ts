// Every static check of the repository at once: 'npm run check'. Prints what the failing ones said, and how long each took.
import { spawn } from 'node:child_process';

const root = new URL('..', import.meta.url).pathname;

const checks = {
  format: ['oxfmt', '--check'],
  lint: ['oxlint', '--type-aware', '--deny-warnings'],
  types: ['tsc', '-p', 'tsconfig.json'],
  unused: ['knip'],
  generated: ['tsx', 'scripts/generate.ts', '--check'],
} as const;

interface Result {
  readonly name: string;
  readonly ok: boolean;
  readonly seconds: number;
  readonly output: string;
}

function run(name: string, command: readonly string[]): Promise<Result> {
  const began = performance.now();
  return new Promise((resolve) => {
    const child = spawn('npx', ['--no-install', ...command], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    const collect = (chunk: Buffer) => (output += chunk.toString());
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    const end = (ok: boolean) => resolve({ name, ok, seconds: (performance.now() - began) / 1000, output });
    child.on('error', (error) => {
      output += error.message;
      end(false);
    });
    child.on('close', (code) => end(code === 0));
  });
}

const results = await Promise.all(Object.entries(checks).map(([name, command]) => run(name, command)));
for (const { name, ok, seconds, output } of results) {
  if (!ok) console.log(`\n--- ${name}\n${output.trim()}\n`);
  console.log(`${ok ? 'ok    ' : 'FAILED'} ${name} (${seconds.toFixed(1)} s)`);
}
if (results.some(({ ok }) => !ok)) process.exitCode = 1;

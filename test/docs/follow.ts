import type { Machine, Outcome } from '../system/support/machine.ts';
import type { Step } from './page.ts';

const patience = 180;

/** Does what a step says, as root of the machine. @throws Error with the step and what it printed if that is not possible. */
export async function follow(machine: Machine, page: string, step: Step): Promise<void> {
  const { does, text } = step;
  switch (does.kind) {
    case 'leave':
      return;
    case 'run':
      return must(page, step, await shell(machine, text));
    case 'write':
    case 'append': {
      const into = does.kind === 'write' ? '>' : '>>';
      const place = `mkdir -p "$(dirname '${does.path}')" && cat ${into}'${does.path}'`;
      must(page, step, await machine.run(['bash', '-c', place], { input: text, fails: true }));
      const look = does.path.endsWith('.toml') ? 'tshubctl config check' : 'systemctl daemon-reload';
      return must(page, step, await shell(machine, look));
    }
    case 'check': {
      // In a folder of its own: an example is no addition to the one before it.
      await machine.write('/root/example/tshub.toml', text);
      const check = 'tshubctl config check /root/example/tshub.toml';
      return must(page, step, await shell(machine, check));
    }
  }
}

function shell(machine: Machine, script: string): Promise<Outcome> {
  const command = [
    'timeout',
    String(patience),
    'bash',
    '-euo',
    'pipefail',
    '-c',
    `cd /root; if [ -e given.sh ]; then . ./given.sh; fi; ${script}`,
  ];
  return machine.run(command, { fails: true });
}

function must(page: string, { line, text }: Step, { code, out, err }: Outcome): void {
  if (code === 0) return;
  const how = code === 124 ? `did not end within ${patience} s` : `exit code ${code}`;
  throw new Error(`${page}:${line}: ${how}\n${text}\n--- printed\n${out}\n${err}`);
}

import { execa } from 'execa';
import { join } from 'node:path';
import { secretsIn } from './find-secrets.ts';
import { noteSecret } from './secrets.ts';

const tool = join(import.meta.dirname, '../../../scripts/machine');

export interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export interface RunOptions {
  /** Run as this account of the machine instead of root. */
  readonly user?: string;
  readonly input?: string;
  /** Return a failing command's outcome instead of throwing. */
  readonly fails?: boolean;
  readonly environment?: Readonly<Record<string, string>>;
}

/** A booted Debian with a systemd of its own. */
export class Machine {
  readonly name: string;
  readonly address: string;

  constructor(name: string, address: string) {
    this.name = name;
    this.address = address;
  }

  static async start(name: string, image = 'jupyter', backend: 'nspawn' | 'uml' = 'nspawn'): Promise<Machine> {
    const { stdout } = await execa(tool, ['start', name, image, backend], { stderr: 'inherit' });
    return new Machine(name, stdout.trim());
  }

  get url(): string {
    return `http://${this.address}:8000`;
  }

  async run(command: readonly string[], options: RunOptions = {}): Promise<Outcome> {
    const environment = Object.entries(options.environment ?? {}).map(([key, value]) => `${key}=${value}`);
    const prefix = options.user === undefined ? [] : ['runuser', '-u', options.user, '--'];
    const result = await execa(
      tool,
      ['exec', this.name, ...prefix, ...(environment.length > 0 ? ['env', ...environment] : []), ...command],
      {
        input: options.input ?? '',
        reject: false,
      },
    );
    // Not of the journal itself: what is found there was looked for.
    if (command[0] !== 'journalctl')
      noteSecret(...secretsIn(`${options.input ?? ''}\n${result.stdout}`), ...madeTokens(command, result.stdout));
    const outcome = { code: result.exitCode ?? -1, out: result.stdout, err: result.stderr };
    if (outcome.code !== 0 && options.fails !== true) {
      throw new Error(`${command.join(' ')}: exit code ${outcome.code}\n${outcome.out}\n${outcome.err}`);
    }
    return outcome;
  }

  /** What a shell command prints, trimmed. */
  async sh(script: string, options: RunOptions = {}): Promise<string> {
    return (await this.run(['bash', '-c', script], options)).out.trim();
  }

  async push(file: string, destination: string): Promise<void> {
    await execa(tool, ['push', this.name, file, destination]);
  }

  async write(path: string, text: string, mode = '0644'): Promise<void> {
    await this.run(['bash', '-c', 'mkdir -p "$(dirname "$1")" && cat > "$1" && chmod "$2" "$1"', '-', path, mode], {
      input: text,
    });
  }

  async reboot(): Promise<void> {
    await execa(tool, ['reboot', this.name]);
  }

  async stop(): Promise<void> {
    await execa(tool, ['stop', this.name]);
  }

  /** Properties of a unit, as systemctl shows them. */
  async show(unit: string, ...properties: readonly string[]): Promise<Record<string, string>> {
    const { out } = await this.run(['systemctl', 'show', unit, ...properties.map((one) => `--property=${one}`)]);
    return Object.fromEntries(
      out
        .split('\n')
        .filter((line) => line.includes('='))
        .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
    );
  }

  /** Messages of the journal that match, oldest first. */
  async journal(...matches: readonly string[]): Promise<Array<Record<string, unknown>>> {
    const { out } = await this.run(['journalctl', '--no-pager', '-o', 'json', ...matches], { fails: true });
    return out
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  }
}

/** What `tshubctl token create` prints for people: the token, on a line of its own. */
function madeTokens(command: readonly string[], out: string): string[] {
  return command.join(' ').includes('token create') ? (out.match(/\b[0-9a-f]{32}\b/g) ?? []) : [];
}

/** Waits for a condition, with a bound that only a broken system reaches; returns what it gave. */
export async function eventually<T>(
  what: string,
  ask: () => Promise<T | undefined | false | null>,
  seconds = 60,
): Promise<T> {
  const end = Date.now() + seconds * 1000;
  let last: unknown;
  while (Date.now() < end) {
    try {
      const answer = await ask();
      if (answer !== undefined && answer !== false && answer !== null) return answer;
    } catch (error) {
      last = error;
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error(`${what}: did not happen within ${seconds} s`, { cause: last });
}

import { EventEmitter } from 'node:events';
import { TshubError } from '@tshub/contract';
import { describe, expect, test } from 'vitest';
import { type Life, live } from './life.ts';
import { makeLog } from './log.ts';

// A daemon with everything around it recorded.
function daemon(start: (life: Life) => Promise<void>, stopDeadlineMs = 1000) {
  const said: string[] = [];
  const printed: string[] = [];
  const records: Array<Record<string, unknown>> = [];
  const signals = new EventEmitter();
  const log = makeLog({
    name: 'tshub-test',
    level: 'info',
    output: { write: (line) => void records.push(JSON.parse(line) as Record<string, unknown>) },
  });
  const notifier = {
    ready: (status?: string) => void said.push(status === undefined ? 'ready' : `ready ${status}`),
    status: (text: string) => void said.push(`status ${text}`),
    reloading: () => void said.push('reloading'),
    stopping: () => void said.push('stopping'),
    handOver: async (pid: number) => said.push(`handed over to ${pid > 1 ? 'another' : pid}`) > 0,
    watch: () => () => void said.push('watchdog off'),
  };
  const printProblem = (text: string) => void printed.push(text);
  const exitCode = live({ name: 'tshub-test', start, log, notifier, signals, stopDeadlineMs, printProblem });
  return { said, printed, records, signals, exitCode };
}

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

describe('start', () => {
  test('ready is said once the start is done, and not before', async () => {
    let finish: (() => void) | undefined;
    const { said, signals, exitCode } = daemon(() => new Promise<void>((resolve) => (finish = resolve)));
    await turn();
    expect(said).toEqual([]);
    finish?.();
    await turn();
    expect(said).toEqual(['ready']);
    signals.emit('SIGTERM');
    expect(await exitCode).toBe(0);
  });

  test('a start that says ready itself is not announced twice', async () => {
    const { said, signals, exitCode } = daemon(async (life) => life.ready('serving'));
    await turn();
    signals.emit('SIGINT');
    await exitCode;
    expect(said).toEqual(['ready serving', 'stopping', 'watchdog off']);
  });

  test('a start that fails exits with 1 and one sentence', async () => {
    const { said, records, exitCode } = daemon(() => Promise.reject(new TshubError('daemon_away', { unit: 'x' })));
    expect(await exitCode).toBe(1);
    expect(records).toHaveLength(1);
    expect(records[0]).toMatchObject({
      level: 60,
      msg: expect.stringContaining('tshub-test cannot start: x does not'),
    });
    expect(records[0]!['error']).not.toHaveProperty('stack');
    expect(said).not.toContain('ready');
  });

  test('settings that cannot be used exit with 78 and are printed as they are', async () => {
    const problem = 'tshub.toml: proxy.port: expected a port from 1 to 65535, found "80a"';
    const { printed, records, exitCode } = daemon(() => Promise.reject(new TshubError('config_invalid', { problem })));
    expect(await exitCode).toBe(78);
    expect(printed).toEqual([problem]);
    expect(records).toEqual([]);
  });

  test('a stop while starting aborts the signal, runs the steps there are, and never says ready', async () => {
    const stopped: string[] = [];
    const { said, signals, exitCode } = daemon(async (life) => {
      life.onStop(() => stopped.push('first'), 'first');
      await new Promise((resolve) => life.signal.addEventListener('abort', resolve));
    });
    await turn();
    signals.emit('SIGTERM');
    expect(await exitCode).toBe(0);
    expect(stopped).toEqual(['first']);
    expect(said).not.toContain('ready');
  });
});

describe('stop', () => {
  test('steps run in reverse order, each after the one before has ended', async () => {
    const order: string[] = [];
    const { signals, exitCode } = daemon(async (life) => {
      life.onStop(() => order.push('store'), 'store');
      life.onStop(async () => {
        await turn();
        order.push('listener');
      }, 'listener');
    });
    await turn();
    signals.emit('SIGTERM');
    await exitCode;
    expect(order).toEqual(['listener', 'store']);
  });

  test('a step that hangs or throws is named, and the others still run', async () => {
    const order: string[] = [];
    const { records, signals, exitCode } = daemon(async (life) => {
      life.onStop(() => order.push('last'), 'store');
      life.onStop(() => {
        throw new Error('broken');
      }, 'bus');
      life.onStop(() => new Promise(() => {}), 'listener');
    }, 10);
    await turn();
    signals.emit('SIGTERM');
    expect(await exitCode).toBe(0);
    expect(order).toEqual(['last']);
    expect(records.map(({ msg }) => msg)).toEqual([
      expect.stringMatching(/^listener: did not stop/),
      expect.stringMatching(/^bus: could not stop/),
    ]);
  });

  test('a daemon may end itself, well or after a failure', async () => {
    expect(await daemon(async (life) => life.stop()).exitCode).toBe(0);
    const lost = daemon(async (life) => void setImmediate(() => life.fail(new Error('the bus is gone'))));
    expect(await lost.exitCode).toBe(1);
    expect(lost.records.at(-1)).toMatchObject({ msg: 'tshub-test cannot go on: the bus is gone' });
  });

  test('a failure while stopping changes nothing', async () => {
    const { records, signals, exitCode } = daemon(async (life) => {
      life.onStop(() => life.fail(new Error('the bus is gone')), 'bus');
    });
    await turn();
    signals.emit('SIGTERM');
    expect(await exitCode).toBe(0);
    expect(records).toEqual([]);
  });

  test('a second signal tells to hurry, the first does not', async () => {
    let finish = () => {};
    const hurried: boolean[] = [];
    const { signals, exitCode } = daemon(async (life) => {
      life.onStop(() => {
        hurried.push(life.hurry.aborted);
        life.hurry.addEventListener('abort', () => finish());
        return new Promise<void>((resolve) => (finish = resolve));
      }, 'listener');
    });
    await turn();
    signals.emit('SIGTERM');
    await turn();
    signals.emit('SIGTERM');
    expect(await exitCode).toBe(0);
    expect(hurried).toEqual([false]);
  });

  test('no handler of a signal is left behind', async () => {
    const { signals, exitCode } = daemon(async (life) => life.stop());
    await exitCode;
    expect(signals.eventNames()).toEqual([]);
  });
});

describe('reload', () => {
  test('steps run between reloading and ready', async () => {
    const { said, signals, exitCode } = daemon(async (life) => {
      life.onReload(async () => {
        await turn();
        said.push('step');
      });
    });
    await turn();
    signals.emit('SIGHUP');
    await turn();
    await turn();
    signals.emit('SIGTERM');
    await exitCode;
    expect(said.slice(0, 4)).toEqual(['ready', 'reloading', 'step', 'ready']);
  });

  test('a refused reload is a warning, and the daemon goes on', async () => {
    const { said, records, signals, exitCode } = daemon(async (life) => {
      life.onReload(() => {
        throw new TshubError('config_invalid', { problem: 'tshub.toml: no' });
      });
    });
    await turn();
    signals.emit('SIGHUP');
    await turn();
    expect(said).toEqual(['ready', 'reloading', 'ready']);
    expect(records[0]).toMatchObject({
      level: 40,
      event: 'config-kept',
      msg: expect.stringContaining('tshub.toml: no'),
    });
    signals.emit('SIGTERM');
    expect(await exitCode).toBe(0);
  });

  test('two reloads run one after the other', async () => {
    let running = 0;
    let most = 0;
    const { said, signals, exitCode } = daemon(async (life) => {
      life.onReload(async () => {
        most = Math.max(most, (running += 1));
        await turn();
        running -= 1;
      });
    });
    await turn();
    signals.emit('SIGHUP');
    signals.emit('SIGHUP');
    while (said.filter((line) => line === 'ready').length < 3) await turn();
    signals.emit('SIGTERM');
    await exitCode;
    expect(most).toBe(1);
  });
});

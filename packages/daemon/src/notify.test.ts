import { describe, expect, test, vi } from 'vitest';
import { makeNotifier } from './notify.ts';

function notifier(env: NodeJS.ProcessEnv) {
  const sent: string[] = [];
  const send = (path: string, state: string) => sent.push(`${path} ${state}`) > 0;
  return { sent, env, ...makeNotifier({ env, pid: 7, send, monotonic: () => 5_000_999n }) };
}

describe('the service manager', () => {
  test('hears ready, status, reload and stop in its own words', () => {
    const { sent, ...it } = notifier({ NOTIFY_SOCKET: '/run/n' });
    it.ready('serving');
    it.ready();
    it.status('two\nlines');
    it.reloading();
    it.stopping();
    expect(sent).toEqual([
      '/run/n READY=1\nSTATUS=serving',
      '/run/n READY=1',
      '/run/n STATUS=two lines',
      '/run/n RELOADING=1\nMONOTONIC_USEC=5000',
      '/run/n STOPPING=1',
    ]);
  });

  test('hears of another process to watch, and of this one nothing more', async () => {
    const sent: string[] = [];
    const send = (_path: string, state: string) => sent.push(state) > 0;
    const barrier = async (path: string) => sent.push(`barrier ${path}`) > 0;
    const it = makeNotifier({ env: { NOTIFY_SOCKET: '/run/n' }, pid: 7, send, barrier });
    expect(await it.handOver(12)).toBe(true);
    it.ready();
    expect(sent).toEqual(['MAINPID=12', 'barrier /run/n']);
    expect(await it.handOver(13)).toBe(false);
  });

  test('without one nothing is sent', () => {
    const { sent, ready } = notifier({});
    ready();
    expect(sent).toEqual([]);
  });

  test('child processes do not inherit the way to it', () => {
    const { env } = notifier({ NOTIFY_SOCKET: '/run/n', WATCHDOG_USEC: '1000', WATCHDOG_PID: '7', PATH: '/bin' });
    expect(env).toEqual({ PATH: '/bin' });
  });
});

describe('the watchdog', () => {
  test('is fed twice in its period until it is ended', () => {
    vi.useFakeTimers();
    const { sent, watch } = notifier({ NOTIFY_SOCKET: '/run/n', WATCHDOG_USEC: '10000000', WATCHDOG_PID: '7' });
    const end = watch();
    vi.advanceTimersByTime(10_000);
    expect(sent).toHaveLength(3);
    end();
    vi.advanceTimersByTime(10_000);
    expect(sent).toHaveLength(3);
    vi.useRealTimers();
  });

  test.each([{ WATCHDOG_USEC: '10000000', WATCHDOG_PID: '8' }, { WATCHDOG_USEC: '0' }, { WATCHDOG_USEC: 'soon' }, {}])(
    '%j asks nothing of this process',
    (env) => {
      const { sent, watch } = notifier({ NOTIFY_SOCKET: '/run/n', ...env });
      watch()();
      expect(sent).toEqual([]);
    },
  );
});

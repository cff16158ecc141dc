import { type Bus, BusError } from '@tshub/bus';
import { expect, test } from 'vitest';
import { systemClock } from './clock.ts';
import { connectSystemd1, type Systemd1 } from './systemd1.ts';

/** A service manager that answers every call about a unit with this error. */
function systemd1That(busName: string, message: string): Promise<Systemd1> {
  const refuse = (): Promise<never> => Promise.reject(new BusError(busName, message));
  const bus = {
    calls: () => ({ GetUnit: refuse, KillUnit: refuse, ResetFailedUnit: refuse, StopUnit: refuse }),
    onSignal: () => Promise.resolve(() => undefined),
    raw: () => Promise.resolve([{ Version: '257' }]),
  };
  return connectSystemd1(bus as unknown as Bus, systemClock);
}

const unit = 'tshub-server-ada.service';
const noUnit = ['org.freedesktop.systemd1.NoSuchUnit', `Unit ${unit} not loaded.`] as const;
const noGroup = [
  'org.freedesktop.DBus.Error.FileNotFound',
  'Failed to kill unit cgroup: No such file or directory',
] as const;

test('a unit that is gone is stopped, killed, forgotten and unknown', async () => {
  const systemd1 = await systemd1That(...noUnit);
  expect(await systemd1.stopUnit(unit)).toBeNull();
  expect(await systemd1.killUnit(unit)).toBeUndefined();
  expect(await systemd1.resetFailedUnit(unit)).toBeUndefined();
  expect(await systemd1.unitFacts(unit)).toBeNull();
});

test('a unit whose control group is gone has nothing left to kill', async () => {
  const systemd1 = await systemd1That(...noGroup);
  expect(await systemd1.killUnit(unit)).toBeUndefined();
  await expect(systemd1.resetFailedUnit(unit)).rejects.toThrow('No such file');
});

test('any other error is an error', async () => {
  const systemd1 = await systemd1That('org.freedesktop.DBus.Error.AccessDenied', 'no');
  await expect(systemd1.killUnit(unit)).rejects.toThrow('no');
  await expect(systemd1.stopUnit(unit)).rejects.toThrow('no');
});

test.each([
  ['loaded', 'inactive', true],
  ['not-found', 'inactive', false],
  ['bad-setting', 'inactive', false],
  ['bad-setting', 'active', true],
  ['bad-setting', 'deactivating', true],
  ['bad-setting', 'failed', true],
  ['not-found', 'active', true],
] as const)('a unit that is %s and %s is there: %s', async (LoadState, ActiveState, isThere) => {
  const bus = {
    calls: () => ({ GetUnit: async () => '/unit' }),
    onSignal: () => Promise.resolve(() => undefined),
    raw: () => Promise.resolve([{ LoadState, ActiveState }]),
  };
  const systemd1 = await connectSystemd1(bus as unknown as Bus, systemClock);
  const facts = await systemd1.unitFacts(unit);
  expect(facts?.activeState).toBe(isThere ? ActiveState : undefined);
});

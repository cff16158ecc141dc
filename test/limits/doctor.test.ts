import { beforeAll, expect, test } from 'vitest';
import { machine } from '../system/support/suite.ts';

interface Found {
  readonly check: string;
  readonly level: string;
  readonly says: string;
  readonly advice: string | null;
}

async function doctor(): Promise<{ code: number; found: Found[] }> {
  const { code, out } = await machine.run(['tshubctl', 'doctor', '--json'], { fails: true });
  return { code, found: (JSON.parse(out) as { checks: Found[] }).checks };
}

// The program of other files of this suite tells no version.
beforeAll(() => machine.sh('rm -f /etc/tshub/tshub.toml.d/50-limits.toml'));

test('on a host with every controller the doctor finds nothing that fails', async () => {
  const { code, found } = await doctor();
  expect(found.filter(({ level }) => level === 'fail')).toEqual([]);
  expect(found.find(({ check }) => check === 'control groups')).toMatchObject({ level: 'ok' });
  expect(found.find(({ check }) => check === 'server program')?.says).toMatch(/jupyterhub-singleuser, version 5\./);
  expect(code).toBe(0);
});

test('what is broken is found, with what to do', async () => {
  await machine.run(['systemctl', 'stop', 'tshub-cullerd']);
  await machine.sh('mv /usr/bin/setfacl /usr/bin/setfacl.away');
  try {
    const { code, found } = await doctor();
    expect(code).toBe(1);
    expect(found.filter(({ level }) => level === 'fail')).toEqual([
      expect.objectContaining({ check: 'files', says: 'missing: /usr/bin/setfacl' }),
      expect.objectContaining({
        check: 'units',
        says: 'tshub-cullerd.service is inactive',
        advice: 'systemctl enable --now tshub',
      }),
    ]);
  } finally {
    await machine.sh('mv /usr/bin/setfacl.away /usr/bin/setfacl');
    await machine.run(['systemctl', 'start', 'tshub-cullerd']);
  }
});

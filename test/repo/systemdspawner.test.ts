import { schema } from '@tshub/config';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const decision = readFileSync(join(import.meta.dirname, '../../docs/design/decisions/0006-spawner-options.md'), 'utf8');

/** What it is without a word of the administrator: as there, or otherwise, and then the decision says why. */
type Row = readonly [option: string, ours: unknown, same: 'same' | 'otherwise'];

// Every option of systemdspawner 1.0, and the limits of JupyterHub's Spawner that it reads. None, there, is 0 or '' here.
const options: readonly Row[] = [
  ['cpu_guarantee', 0, 'same'],
  ['cpu_limit', 0, 'same'],
  ['default_shell', '/bin/bash', 'otherwise'],
  ['disable_user_sudo', true, 'same'],
  ['dynamic_users', false, 'same'],
  ['extra_paths', [], 'same'],
  ['isolate_devices', false, 'same'],
  ['isolate_tmp', true, 'otherwise'],
  ['mem_guarantee', 0, 'otherwise'],
  ['mem_limit', 0, 'same'],
  ['readonly_paths', [], 'same'],
  ['readwrite_paths', [], 'same'],
  ['slice', 'tshub-users.slice', 'otherwise'],
  ['unit_extra_properties', {}, 'otherwise'],
  ['unit_name_template', undefined, 'otherwise'],
  ['user_workingdir', '', 'same'],
  ['username_template', '{USERNAME}', 'same'],
];

/** Properties that it gives every unit, and the setting that has the same effect, or none. */
const always: ReadonlyArray<readonly [property: string, setting: string | null]> = [
  ['EnvironmentFile', null],
  ['OOMPolicy', 'oom_policy'],
  ['RuntimeDirectory', null],
  ['RuntimeDirectoryMode', null],
  ['RuntimeDirectoryPreserve', null],
];

const spawner: Readonly<Record<string, unknown>> = schema.parse({}).spawner;

test.each(options)('%s of systemdspawner is a setting of that name, or decided otherwise', (option, ours, same) => {
  expect(spawner[option]).toEqual(ours);
  if (same === 'otherwise') expect(decision).toContain(`\`${option}\``);
});

test.each(always)('%s, which systemdspawner sets for every unit, has its place', (property, setting) => {
  if (setting !== null) expect(spawner[setting]).toBe('continue');
  else expect(decision).toContain(`\`${property}`);
});

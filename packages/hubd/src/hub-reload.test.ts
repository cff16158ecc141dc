import { schema } from '@tshub/config';
import { describe, expect, test } from 'vitest';
import { describeReload } from './hub-reload.ts';

const before = schema.parse({});

describe('a reload of the settings', () => {
  test('names what changed for the hub', () => {
    const { changed, says } = describeReload(
      before,
      schema.parse({ hub: { name: 'Lab' }, login: { blocked_users: ['eve'] } }),
    );
    expect(changed).toEqual(['hub.name', 'login.blocked_users']);
    expect(says).toBe('Settings were reloaded: hub.name, login.blocked_users');
  });

  test('says what needs a restart, and what others must read', () => {
    const after = schema.parse({
      hub: { cookie_max_age_days: 1 },
      proxy: { max_connections: 5 },
      culler: { timeout: 60 },
    });
    expect(describeReload(before, after).says).toBe(
      'Settings were read again; nothing of the hub changed; a restart of tshub.service is needed for hub.cookie_max_age_days; reload tshub-cullerd.service and tshub-proxyd.service for the rest',
    );
  });

  test('of the same file changes nothing', () => {
    expect(describeReload(before, schema.parse({})).changed).toEqual([]);
  });
});

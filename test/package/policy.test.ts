import { runInNewContext } from 'node:vm';
import { accounts, interfaces, pamServices, paths, polkitActions, units } from '@tshub/contract';
import { describe, expect, test } from 'vitest';
import { read } from './support.ts';

describe('polkit', () => {
  const policy = read('polkit/org.tshub.policy');
  const actions = [...policy.matchAll(/<action id="([^"]+)">([\s\S]*?)<\/action>/g)].map(
    ([, id = '', body = '']) => [id, body] as const,
  );

  test('the policy holds the actions of the contract and no other', () => {
    expect(actions.map(([id]) => id).toSorted()).toEqual(Object.keys(polkitActions).toSorted());
  });

  test('every action that an interface asks for is declared', () => {
    const asked = Object.values(interfaces).flatMap((one) =>
      Object.values(one.methods).flatMap((method) => (method.access.kind === 'polkit' ? method.access.actions : [])),
    );
    expect(Object.keys(polkitActions)).toEqual(expect.arrayContaining([...new Set(asked)]));
  });

  test.each(Object.entries(polkitActions))(
    '%s has the owner, the defaults and the sentence of the contract',
    (id, action) => {
      const body = actions.find(([name]) => name === id)?.[1] ?? '';
      expect(body).toContain(
        `<annotate key="org.freedesktop.policykit.owner">unix-user:${accounts[action.owner]}</annotate>`,
      );
      expect([...body.matchAll(/<allow_\w+>(\w+)<\/allow_\w+>/g)].map(([, value]) => value)).toEqual(
        Array.from({ length: 3 }, () => action.defaults),
      );
      expect(body).toContain(`<description>${action.says}</description>`);
      expect(body).toMatch(/<message>\w.+<\/message>/);
    },
  );

  test('the rule is about our actions and the admins’ group alone', () => {
    const rules = read('polkit/rules.d/50-tshub.rules');
    expect(rules).toContain("action.id.indexOf('org.tshub.') === 0");
    expect(rules).toContain(`subject.isInGroup('${accounts.adminGroup}')`);
    // Run as polkit does, with what it gives to a rule.
    const Result = { YES: 'yes', AUTH_SELF: 'auth_self', NOT_HANDLED: null };
    let rule: (action: { id: string }, subject: { isInGroup(name: string): boolean }) => unknown = () => undefined;
    runInNewContext(rules, { polkit: { Result, addRule: (added: typeof rule) => (rule = added) } });
    const decide = (id: string, group: string): unknown => rule({ id }, { isInGroup: (name) => name === group });
    for (const id of Object.keys(polkitActions)) {
      expect([id, decide(id, accounts.adminGroup)]).toEqual([id, id.endsWith('manage-roles') ? 'auth_self' : 'yes']);
      expect([id, decide(id, 'users')]).toEqual([id, null]);
    }
    expect(decide('org.freedesktop.systemd1.manage-units', accounts.adminGroup)).toBeNull();
  });
});

describe('the bus', () => {
  const policy = read('units/dbus/org.tshub.conf').replaceAll(/<!--[\s\S]*?-->/g, '');
  const rules = [...policy.matchAll(/<policy ([^>]+)>([\s\S]*?)<\/policy>/g)].flatMap(([, who = '', body = '']) =>
    [...body.matchAll(/<(allow|deny) ([^/]+)\/>/g)].map(
      ([, verdict, what = '']) => `${who}: ${verdict} ${what.trim()}`,
    ),
  );

  // Whoever may not list routes may not hear of them either.
  const routeSignals = 'receive_interface="org.tshub.Proxy1" receive_type="signal"';

  test('each name has one owner, everybody may call three of them, and only the hub and root the fourth', () => {
    expect(rules.toSorted()).toEqual(
      [
        `user="${accounts.hub}": allow own="org.tshub.Hub1"`,
        `user="${accounts.proxy}": allow own="org.tshub.Proxy1"`,
        `user="${accounts.culler}": allow own="org.tshub.Culler1"`,
        'user="root": allow own="org.tshub.Spawner1"',
        'context="default": allow send_destination="org.tshub.Hub1"',
        'context="default": allow send_destination="org.tshub.Proxy1"',
        'context="default": allow send_destination="org.tshub.Culler1"',
        'context="default": deny send_destination="org.tshub.Spawner1"',
        `user="${accounts.hub}": allow send_destination="org.tshub.Spawner1"`,
        'user="root": allow send_destination="org.tshub.Spawner1"',
        ...[`user="${accounts.hub}"`, 'user="root"', `group="${accounts.adminGroup}"`].map(
          (who) => `${who}: allow ${routeSignals}`,
        ),
        `context="default": deny ${routeSignals}`,
      ].toSorted(),
    );
  });

  test('the policy knows every name of the contract', () => {
    for (const one of Object.values(interfaces)) expect(policy).toContain(`allow own="${one.busName}"`);
  });

  test('a call to the spawner starts its unit', () => {
    const activation = read('units/dbus/org.tshub.Spawner1.service');
    expect(activation).toContain('Name=org.tshub.Spawner1\n');
    expect(activation).toContain(`SystemdService=${units.spawner}\n`);
    expect(read(`units/${units.spawner}`)).toContain('BusName=org.tshub.Spawner1\n');
  });
});

describe('accounts and folders', () => {
  test('the accounts of the contract are made, and no other', () => {
    const made = read('units/sysusers.d/tshub.conf')
      .split('\n')
      .flatMap((line) => /^[ug] +(\S+)/.exec(line)?.[1] ?? []);
    expect(made.toSorted()).toEqual(Object.values(accounts).toSorted());
  });

  test('the sockets’ folders are made, and nobody can list the users’', () => {
    const made = read('units/tmpfiles.d/tshub.conf');
    expect(made).toMatch(new RegExp(`^d ${paths.serverSockets} +0711 root root`, 'm'));
    expect(made).toMatch(new RegExp(`^d ${paths.hubSocket.replace(/\/[^/]+$/, '')} +0755 root root`, 'm'));
  });
});

describe('PAM', () => {
  /** The lines that say something: no comments, no empty ones. */
  const lines = (name: string) =>
    read(`debian/${name}`)
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'));

  test('the login asks for the account as well as for the password, and opens no session', () => {
    const login = lines(`${pamServices.login}.pam`);
    expect(login).toContain('@include common-auth');
    expect(login).toContain('@include common-account');
    expect(login.filter((line) => /^session|common-session/.test(line))).toEqual([]);
  });

  test('the session of a server stays out of pam_systemd, which would take it out of its limits', () => {
    const session = lines(`tshub.${pamServices.server}.pam`).join('\n');
    expect(session).not.toMatch(/pam_systemd|common-session/);
    for (const module of ['pam_limits', 'pam_env', 'pam_umask', 'pam_mkhomedir']) expect(session).toContain(module);
  });

  test('nobody can log in through the service of sessions', () => {
    expect(lines(`tshub.${pamServices.server}.pam`)).toContain('auth      required  pam_deny.so');
  });
});

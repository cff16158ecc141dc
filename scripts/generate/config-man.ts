import { notice, type Document } from './document.ts';
import { extraPropertyTable } from '../../packages/config/src/unit-property.ts';
import { listSettings, toml } from './settings.ts';

export function configMan(): Document[] {
  const parts: string[] = [];
  let section = '';
  for (const { section: here, key, says, kind, initial } of listSettings()) {
    if (here !== section) parts.push(`### ${here}\n`);
    section = here;
    parts.push(
      `* \`${key}\`:\n  ${says} A ${kind}; ${initial === undefined ? 'must be given' : `by default \`${toml(initial)}\``}.\n`,
    );
  }
  const text = `<!-- ${notice} -->
tshub.toml(5) -- settings of the tshub notebook hub
===================================================

## SYNOPSIS

\`/etc/tshub/tshub.toml\`<br>
\`/etc/tshub/tshub.toml.d/*.toml\`

## DESCRIPTION

The settings of hubd, proxyd, cullerd and spawnerd, in TOML. A missing file means defaults. Files in \`tshub.toml.d\` are read after it, in name order; a key that is set later wins.

The files must belong to root and be writable by nobody else, because spawnerd acts as root on what they say. \`tshubctl config check\` reads them as the daemons do; \`systemctl reload tshub\` applies what can change while the hub runs.

Sizes are numbers of bytes, or texts such as "512M" and "2G" (K, M, G, T are powers of 1024).

## SETTINGS

${parts.join('\n')}
## OVERRIDES

Settings of a server (the first ones of [spawner], up to \`user_tasks_max\`) can differ from person to person and from profile to profile. What comes later wins; tables such as \`environment\` are joined key by key:

1. \`[spawner]\`
2. \`[spawner.groups.NAME]\`, for members of that group of this host, in the order of the file
3. \`[spawner.users.NAME]\`
4. \`[profiles.settings]\` of the profile that was chosen
5. what the user chose in \`[profiles.options.NAME]\`

The \`user_\` settings bound all servers of one person together, whatever profile they choose, and so are not for profiles.

    [spawner]
    mem_limit = "2G"
    user_mem_limit = "4G"

    [spawner.groups.staff]
    mem_limit = "8G"
    user_mem_limit = "16G"

    [spawner.users.mallory]
    user_cpu_limit = 0.5

## CULLER

A server is stopped when nothing shows that it is of use to anybody for \`timeout\`, or when it is older than \`max_age\`. Three signs count, each for \`timeout\` times its weight: requests and data in websockets, what the server reports of its kernels and terminals, and the CPU that all its programs use. What comes later wins:

1. \`[culler]\`
2. \`[culler.profiles.NAME]\`
3. \`[culler.groups.NAME]\`, for members of that group of the hub, in the order of the file
4. \`[culler.users.NAME]\`
5. \`[culler.servers.NAME]\`, for named servers so called, whoever has them
6. \`[culler.servers."USER/NAME"]\`

\`enabled = false\` in one of them exempts; \`enabled = true\` in one, with \`enabled = false\` in [culler], stops nothing else. \`tshubctl cull --dry-run --explain USER\` says what holds for whom.

    [culler]
    timeout = 3600

    [culler.profiles.gpu]
    timeout = 1800
    max_age = 86400
    weight_cpu = 1

    [culler.users.grace]
    enabled = false

## PROFILES

With \`[[profiles]]\` people choose what they start: on the page before a start, with \`tshubctl server start --profile NAME --option NAME=VALUE\`, or with \`{"profile": "NAME", "OPTION": "VALUE"}\` in the API. Each profile has settings, and options within bounds that you set. An option has a \`title\`, the \`setting\` that it changes (\`cpu_limit\`, \`default_url\`, \`mem_high\`, \`mem_limit\`, \`runtime_max\`, \`swap_limit\`, \`tasks_max\` or \`environment.NAME\`), either \`values\` or \`min\` and \`max\`, and a \`default\`. A drop-in that has \`[[profiles]]\` replaces all of them.

    [[profiles]]
    name = "lab"
    title = "JupyterLab"

    [profiles.options.memory]
    title = "Memory"
    setting = "mem_limit"
    values = ["1G", "2G", "4G"]
    default = "1G"

    [[profiles]]
    name = "board"
    title = "Course board"
    allowed_groups = ["staff"]

    [profiles.settings]
    transport = "tcp"
    command = ["/opt/board/bin/board", "--listen=127.0.0.1:{port}", "--base={prefix}"]

The proxy sends on what comes from the network. A server that is not Jupyter must itself ask the hub who is there (HubOAuth, with the \`JUPYTERHUB_\` variables that every server gets), or stand behind a program that does, such as jupyter-standaloneproxy.

## PROPERTIES

\`unit_extra_properties\` takes, under the names of systemd.exec(5), systemd.resource-control(5) and systemd.unit(5): ${Object.keys(
    extraPropertyTable,
  )
    .map((name) => `\`${name}\``)
    .join(
      ', ',
    )}. Numbers, true and false are written plain; sizes, times, lists of CPUs and addresses as texts; lists as lists.

## SECRETS

These files are readable by everybody, so no secret is in them. What a setting calls for is read from a systemd credential of the service \`tshub\` (systemd.exec(5), \`LoadCredential=\`, \`LoadCredentialEncrypted=\`) or from a file of the same name in \`/etc/tshub/secrets\`, which belongs to root and the group tshub and is closed to others (mode 0640). A reload reads the files again; credentials come with a restart.

* \`oidc-client-secret\`:
  For authenticator = "oidc": what the provider knows this hub by.

* \`shared-password\`:
  For authenticator = "shared-password": at least 8 characters.

* \`shared-admin-password\`:
  What admin_users need instead, at least 32 characters; without it they cannot log in.

* \`auth-state-keys\`:
  For enable_auth_state: keys of 32 bytes, one on a line, in hex or base64, as of \`openssl rand -hex 32\`. The first encrypts, all decrypt; what is read with a later one is encrypted anew.

## SEE ALSO

tshub(7), tshubctl(1), systemd.resource-control(5)
`;
  return [{ path: 'docs/man/tshub.toml.5.md', text }];
}

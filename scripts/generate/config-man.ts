import { notice, type Document } from './document.ts';
import { listSettings, toml } from './settings.ts';

export function configMan(): Document[] {
  const parts: string[] = [];
  let section = '';
  for (const { section: here, key, says, kind, initial } of listSettings()) {
    if (here !== section) parts.push(`### [${here}]\n`);
    section = here;
    parts.push(`* \`${key}\`:\n  ${says} A ${kind}; by default \`${toml(initial)}\`.\n`);
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

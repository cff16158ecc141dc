import * as z from 'zod';
import { bindPath, devicePath, groupName, unitPath } from '../../kinds.ts';
import { extraProperties } from '../../unit-property.ts';

const missing = '"-" in front if it may be missing';

/** What a server may see, and what it may do there. */
export const serverSandbox = {
  isolate_tmp: z.boolean().default(true).meta({ says: 'A /tmp of its own (PrivateTmp).' }),
  isolate_devices: z.boolean().default(false).meta({
    says: 'No real devices (PrivateDevices), but for those in devices.',
  }),
  isolate_homes: z.boolean().default(false).meta({
    says: 'Nothing in /home, /root and /run/user but the own home (ProtectHome=tmpfs). For homes elsewhere, see hidden_paths.',
  }),
  disable_user_sudo: z
    .boolean()
    .default(true)
    .meta({ says: 'No sudo and no setuid programs in a server (NoNewPrivileges).' }),
  readonly_paths: z
    .array(unitPath)
    .default([])
    .meta({ says: `Paths that a server cannot write (ReadOnlyPaths); ${missing}.` }),
  readwrite_paths: z
    .array(unitPath)
    .default([])
    .meta({ says: 'Paths that stay writable below readonly_paths (ReadWritePaths).' }),
  inaccessible_paths: z
    .array(unitPath)
    .default([])
    .meta({ says: `Paths that a server cannot see into (InaccessiblePaths); ${missing}.` }),
  hidden_paths: z.array(unitPath).default([]).meta({
    says: 'Folders that are empty for a server, but for its own home below them (TemporaryFileSystem), such as "/srv/homes".',
  }),
  bind_paths: z
    .array(bindPath)
    .default([])
    .meta({
      says: `Files and folders shown at another place: "SOURCE:PLACE", or "PATH" (BindPaths). {USERNAME} is replaced; neither side may lie in the own home, where its owner could put a link; ${missing}.`,
    }),
  bind_readonly_paths: z
    .array(bindPath)
    .default([])
    .meta({ says: 'The same, without the right to write (BindReadOnlyPaths).' }),
  devices: z
    .array(devicePath)
    .default([])
    .meta({
      says: `Devices that a server may use, and no others but the harmless ones (DeviceAllow): "/dev/nvidia0", or a class such as "char-nvidia*"; ${missing}.`,
    }),
  extra_groups: z.array(groupName).default([]).meta({
    says: 'Groups that a server has besides those of its account (SupplementaryGroups), such as "video".',
  }),
  unit_extra_properties: extraProperties.default({}).meta({
    says: 'Further properties of the unit, as in systemd.exec(5) and systemd.resource-control(5), over what other settings say (lists are joined): { Nice = 5, LimitNOFILE = 65536, IPAddressDeny = "any" }.',
  }),
};

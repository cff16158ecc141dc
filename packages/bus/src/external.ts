import type { Callable } from './types.ts';

/** Foreign interfaces that we call, with only the methods that we call. */

/** org.freedesktop.systemd1(5). Jobs come back as object paths; wait for JobRemoved. */
export const systemd1Manager = {
  busName: 'org.freedesktop.systemd1',
  path: '/org/freedesktop/systemd1',
  name: 'org.freedesktop.systemd1.Manager',
  methods: {
    GetUnit: { in: [{ name: 'name', type: 's' }], out: [{ name: 'unit', type: 'o' }] },
    KillUnit: {
      in: [
        { name: 'name', type: 's' },
        { name: 'whom', type: 's' },
        { name: 'signal', type: 'i' },
      ],
      out: [],
    },
    ListJobs: { in: [], out: [{ name: 'jobs', type: 'a(usssoo)' }] },
    ListUnitsByPatterns: {
      in: [
        { name: 'states', type: 'as' },
        { name: 'patterns', type: 'as' },
      ],
      out: [{ name: 'units', type: 'a(ssssssouso)' }],
    },
    LoadUnit: { in: [{ name: 'name', type: 's' }], out: [{ name: 'unit', type: 'o' }] },
    RefUnit: { in: [{ name: 'name', type: 's' }], out: [] },
    ResetFailedUnit: { in: [{ name: 'name', type: 's' }], out: [] },
    SetUnitProperties: {
      in: [
        { name: 'name', type: 's' },
        { name: 'runtime', type: 'b' },
        { name: 'properties', type: 'a(sv)' },
      ],
      out: [],
    },
    StartTransientUnit: {
      in: [
        { name: 'name', type: 's' },
        { name: 'mode', type: 's' },
        { name: 'properties', type: 'a(sv)' },
        { name: 'aux', type: 'a(sa(sv))' },
      ],
      out: [{ name: 'job', type: 'o' }],
    },
    StopUnit: {
      in: [
        { name: 'name', type: 's' },
        { name: 'mode', type: 's' },
      ],
      out: [{ name: 'job', type: 'o' }],
    },
    Subscribe: { in: [], out: [] },
    UnrefUnit: { in: [{ name: 'name', type: 's' }], out: [] },
    Unsubscribe: { in: [], out: [] },
  },
} as const satisfies Callable;

export const polkitAuthority = {
  busName: 'org.freedesktop.PolicyKit1',
  path: '/org/freedesktop/PolicyKit1/Authority',
  name: 'org.freedesktop.PolicyKit1.Authority',
  methods: {
    CancelCheckAuthorization: { in: [{ name: 'cancellation_id', type: 's' }], out: [] },
    CheckAuthorization: {
      in: [
        { name: 'subject', type: '(sa{sv})' },
        { name: 'action_id', type: 's' },
        { name: 'details', type: 'a{ss}' },
        { name: 'flags', type: 'u' },
        { name: 'cancellation_id', type: 's' },
      ],
      out: [{ name: 'result', type: '(bba{ss})' }],
    },
  },
} as const satisfies Callable;

export const dbusDaemon = {
  busName: 'org.freedesktop.DBus',
  path: '/org/freedesktop/DBus',
  name: 'org.freedesktop.DBus',
  methods: {
    AddMatch: { in: [{ name: 'rule', type: 's' }], out: [] },
    GetConnectionUnixProcessID: {
      in: [{ name: 'name', type: 's' }],
      out: [{ name: 'pid', type: 'u' }],
    },
    GetConnectionUnixUser: { in: [{ name: 'name', type: 's' }], out: [{ name: 'uid', type: 'u' }] },
    GetNameOwner: { in: [{ name: 'name', type: 's' }], out: [{ name: 'owner', type: 's' }] },
    Hello: { in: [], out: [{ name: 'unique_name', type: 's' }] },
    ListNames: { in: [], out: [{ name: 'names', type: 'as' }] },
    NameHasOwner: { in: [{ name: 'name', type: 's' }], out: [{ name: 'has_owner', type: 'b' }] },
    RemoveMatch: { in: [{ name: 'rule', type: 's' }], out: [] },
    RequestName: {
      in: [
        { name: 'name', type: 's' },
        { name: 'flags', type: 'u' },
      ],
      out: [{ name: 'result', type: 'u' }],
    },
  },
} as const satisfies Callable;

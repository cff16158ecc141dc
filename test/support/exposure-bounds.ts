/** systemd-analyze's exposure level times ten, 0 (nothing exposed) to 100; a bound is only ever lowered. */
export const exposureBounds: ReadonlyArray<readonly [unit: string, bound: number]> = [
  ['tshub-acme.service', 12],
  ['tshub.service', 5],
  ['tshub-cullerd.service', 5],
  ['tshub-spawnerd.service', 10],
  ['tshub-proxyd.service', 13],
  ['tshub-outside@.service', 15],
  ['tshub-authd@.service', 30],
];

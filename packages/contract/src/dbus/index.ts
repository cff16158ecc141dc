import { culler1 } from './culler1.ts';
import { hub1 } from './hub1.ts';
import { proxy1 } from './proxy1.ts';
import { spawner1 } from './spawner1.ts';

/** Every interface that tshub serves, by name. */
export const interfaces = [culler1, hub1, proxy1, spawner1] as const;

// TypeScript is no matter of course in a thread.
import { register } from 'tsx/esm/api';

register();
await import('./thread-program.ts');

export { describeError } from './describe-error.ts';
export type { Life } from './life.ts';
export { type InheritedSocket, inheritedSockets, type ListenAddress, listenOn } from './listen.ts';
export { isUnderJournal, type Log, type LogFields, type LogLevel, makeLog } from './log.ts';
export { isOwnHost, networkOf } from './network-of.ts';
export { makeNotifier, type Notifier } from './notify.ts';
export { run, type RunOptions } from './run.ts';

// Loaded into a daemon before its own program (NODE_OPTIONS=--import): it names each thing that the daemon does to the world outside,
// a message on the bus, a change in the database, a file, and after SIGUSR2 kills the daemon beside the one that /opt/tshub-test/point
// says: `before 1 insert tokens`, `after 2 Start`; `trace` only names them on stderr. The next life of the daemon is left alone.
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { Socket } from 'node:net';

/** Questions change nothing; a daemon that is killed beside one is killed beside the next thing that it does. */
const questions = /^(Get|Get[A-Z].*|List.*|Hello|AddMatch|RemoveMatch|CheckAuthorization|LoadUnit)$/;
/** Written from time to time, whoever starts what. */
const atAnyTime = /^(insert audit|update tokens|update users)$/;

let point = null;
const counts = new Map();

process.on('SIGUSR2', () => {
  point = fs.readFileSync('/opt/tshub-test/point', 'utf8').trim();
  counts.clear();
});

const die = () => process.kill(process.pid, 'SIGKILL');

/** Dies if it is to die before the step; true if it is to die when the step is done. */
function reach(step) {
  if (point === null || questions.test(step) || atAnyTime.test(step)) return false;
  const count = (counts.get(step) ?? 0) + 1;
  counts.set(step, count);
  if (point === 'trace') fs.writeSync(2, `step: ${count} ${step}\n`);
  if (point === `before ${count} ${step}`) die();
  return point === `after ${count} ${step}`;
}

const { dlopen } = process;
process.dlopen = function (module, ...rest) {
  dlopen.call(this, module, ...rest);
  const statements = module.exports.Statement?.prototype;
  for (const verb of statements === undefined ? [] : ['all', 'get', 'run']) {
    const real = statements[verb];
    statements[verb] = function (...args) {
      const [, change, table] = /^(insert into|update|delete from) `(\w+)`/.exec(this.sql) ?? [];
      const dies = change !== undefined && reach(`${change.split(' ')[0]} ${table}`);
      return real.apply(this, dies ? args.map((arg) => (typeof arg === 'function' ? die : arg)) : args);
    };
  }
};

/** The header field 3, a string. */
const memberField = Buffer.from([3, 1, 's'.charCodeAt(0), 0]);

/** The member of a method call; undefined for anything else that goes over a socket. */
function memberOf(chunk) {
  if (!Buffer.isBuffer(chunk) || chunk[0] !== 'l'.charCodeAt(0) || chunk[1] !== 1) return undefined;
  const at = chunk.indexOf(memberField);
  return at === -1 ? undefined : chunk.toString('latin1', at + 8, at + 8 + chunk.readUInt32LE(at + 4));
}

const { write } = Socket.prototype;
Socket.prototype.write = function (chunk, ...rest) {
  const member = memberOf(chunk);
  // When the kernel has it, the other side will.
  if (member !== undefined && reach(member)) return write.call(this, chunk, die);
  return write.call(this, chunk, ...rest);
};

const { openSync, unlinkSync } = fs;
const nameOf = (path) => String(path).replace(/^.*\/[^/]*?(\.[a-z]+)?$/, '$1');
const isOurs = (path) => /^\/run\/(tshub-spawnerd|userdb)\//.test(String(path));
fs.openSync = (path, ...rest) => {
  const dies = isOurs(path) && reach(`open ${nameOf(path)}`);
  const handle = openSync(path, ...rest);
  if (dies) die();
  return handle;
};
fs.unlinkSync = (path) => {
  const dies = isOurs(path) && reach(`unlink ${nameOf(path)}`);
  unlinkSync(path);
  if (dies) die();
};
syncBuiltinESMExports();

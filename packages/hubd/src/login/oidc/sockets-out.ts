import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { TshubError } from '@tshub/contract';
import type { Outside } from './outside-fetch.ts';

/** A host and a port as they stand in the name of a unit. */
const hostName = /^[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252}[A-Za-z0-9])?$/;

/** Out through sockets of systemd's, one for each host that root has enabled: to no other does anything lead from here. */
export function socketsOut(folder: string): Outside {
  const ca = systemCertificates();
  return {
    connect(host, port) {
      const name = `${host}:${port}`;
      return new Promise((resolve, reject) => {
        if (!hostName.test(host)) return reject(new Error(`${name}: expected the name of a host`));
        const socket = connect(`${folder}/${name}`);
        socket.once('connect', () => {
          socket.off('error', reject);
          resolve(socket);
        });
        socket.once('error', (error: NodeJS.ErrnoException) => {
          const isClosed = error.code === 'ENOENT' || error.code === 'ECONNREFUSED';
          const advice = `there is no way to ${name} for the hub; run: systemctl enable --now tshub-outside@${name}.socket`;
          reject(isClosed ? new TshubError('config_invalid', { problem: advice }, { cause: error }) : error);
        });
      });
    },
    ...(ca === undefined ? {} : { ca }),
  };
}

/** Those of the host, to which administrators add with update-ca-certificates. */
function systemCertificates(): string | undefined {
  try {
    return readFileSync('/etc/ssl/certs/ca-certificates.crt', 'utf8');
  } catch {
    return undefined;
  }
}

import type { Machine } from './machine.ts';

/** The package as another version of itself, made in the machine: its name there. Programs say that version, too. */
export async function repacked(machine: Machine, version: string): Promise<string> {
  const file = `/root/tshub-${version}.deb`;
  await machine.run(['sh', '-c', script, '-', version, file]);
  return file;
}

const script = `
set -e
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
dpkg-deb -R /root/tshub.deb "$folder"
sed -i "s/^Version: .*/Version: $1/" "$folder/DEBIAN/control"
sed -i -E "s/^( *(var )?version[0-9]* = )\\"[^\\"]*\\";$/\\1\\"$1\\";/" "$folder"/usr/lib/tshub/*.mjs
cd "$folder"
find . -type f -not -path './DEBIAN/*' -printf '%P\\0' | xargs -0 md5sum >DEBIAN/md5sums
# The fastest that it can be: it is read once.
dpkg-deb -Znone --root-owner-group -b "$folder" "$2"
`;

/** The programs that are bundled, and what is in a bundle. */

export const programs = ['acme', 'authd', 'cullerd', 'hubd', 'proxyd', 'snapshot', 'spawnerd', 'tshubctl'] as const;
export type Program = (typeof programs)[number];

/** What esbuild's metafile is read for. */
interface Inputs {
  readonly outputs: Readonly<
    Record<string, { readonly inputs: Readonly<Record<string, { readonly bytesInOutput: number }>> }>
  >;
}

/** Names of the npm packages with at least one byte in the output, sorted. */
export function packagesOf(metafile: Inputs): string[] {
  const names = new Set<string>();
  for (const output of Object.values(metafile.outputs))
    for (const [path, { bytesInOutput }] of Object.entries(output.inputs)) {
      const name = packageOf(path);
      if (name && bytesInOutput > 0) names.add(name);
    }
  return [...names].toSorted();
}

/** `node_modules/@koa/router/lib/index.js` is of `@koa/router`; a nested copy counts under its own name. */
function packageOf(path: string): string | undefined {
  const [, inner] = path.match(/.*node_modules\/((?:@[^/]+\/)?[^/]+)\//) ?? [];
  return inner;
}

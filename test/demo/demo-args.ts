import { parseArgs } from 'node:util';

/** What the user asked of the demo. */
export interface DemoOptions {
  /** Real Trivy, Copa, BuildKit and runc in place of the stand-ins. */
  readonly real: boolean;
  /** A folder with an OCI image layout, or a reference `host/repository:tag`, to patch alone. */
  readonly image: string | undefined;
  /** Leave everything up until it is interrupted. */
  readonly keep: boolean;
  /** One JSON document on standard output, and nothing else there. */
  readonly json: boolean;
}

export type DemoArgs =
  | { readonly kind: 'run'; readonly options: DemoOptions }
  | { readonly kind: 'help' }
  | { readonly kind: 'wrong'; readonly message: string };

export const USAGE = `Usage: npm run demo [-- options]

Starts a local Azure with outdated images in its registry, runs the built app on it, and shows
what became of each image.

  --real           real Trivy, Copa, BuildKit and runc instead of stand-ins, on real Debian images.
                   Needs Linux, root and Go; the first time builds the tools (npm run tools)
  --image IMAGE    patch an image of your own instead: a folder with an OCI image layout, or a
                   reference such as docker.io/library/debian:12 (copied by skopeo). Implies --real
  --keep           leave everything up until Ctrl+C, to look around in it
  --json           print one JSON document on standard output, and the rest on standard error
  --help           print this

Exit status: 0 when every image ended as expected, 1 when not, 2 for a wrong option, 130 for Ctrl+C.
`;

export function parseDemoArgs(args: readonly string[]): DemoArgs {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        real: { type: 'boolean', default: false },
        image: { type: 'string' },
        keep: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    if (values.help) return { kind: 'help' };
    const { image, keep, json } = values;
    if (image === '') return { kind: 'wrong', message: '--image needs a folder or a reference' };
    return {
      kind: 'run',
      options: { real: values.real || image !== undefined, image, keep, json },
    };
  } catch (error) {
    return { kind: 'wrong', message: error instanceof Error ? error.message : String(error) };
  }
}

/** The command for the same demo with `--keep`. */
export function keepCommand({ real, image }: DemoOptions): string {
  const which = image === undefined ? (real ? ['--real'] : []) : ['--image', image];
  return ['npm run demo --', ...which, '--keep'].join(' ');
}

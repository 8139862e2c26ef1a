import { parseArgs } from 'node:util';

/** The options of the demo. */
export interface DemoOptions {
  /** True to use the real Trivy, Copa, BuildKit and runc. */
  readonly real: boolean;
  /** The only image to patch: a folder with an OCI layout, or a reference `host/repository:tag`. */
  readonly image: string | undefined;
  /** True to leave everything running until an interruption. */
  readonly keep: boolean;
  /** True to print only one JSON document on standard output. */
  readonly json: boolean;
  /** True for kills and faults during the run, by the plan of `seed`. */
  readonly chaos: boolean;
  /** Undefined for a random plan. */
  readonly seed: number | undefined;
}

export type DemoArgs =
  | { readonly kind: 'run'; readonly options: DemoOptions }
  | { readonly kind: 'help' }
  | { readonly kind: 'wrong'; readonly message: string };

export const USAGE = `Usage: npm run demo [-- options]

Starts a local Azure with outdated images in its registry, runs the built app on it, and shows
the outcome of each image.

  --real           real Trivy, Copa, BuildKit and runc instead of stand-ins, on real Debian images.
                   Needs Linux, root and Go, and builds the tools the first time (npm run tools)
  --image IMAGE    patch an image of your own instead: a folder with an OCI image layout, or a
                   reference such as docker.io/library/debian:12 (copied by skopeo). Implies --real;
                   the tools must be built already (npm run tools)
  --keep           leave everything running until Ctrl+C, to look around
  --json           print one JSON document on standard output and the rest on standard error:
                   npm run --silent demo -- --json
  --chaos          kill the app and make every service fail during the run, and check that nothing
                   is lost. With stand-ins only
  --seed N         repeat the chaos of an earlier run, as far as real time allows
  --help           print this

Exit status: 0 if every image ended as expected, 1 if not, 2 for a wrong option, 130 for Ctrl+C.
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
        chaos: { type: 'boolean', default: false },
        seed: { type: 'string' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    if (values.help) return { kind: 'help' };
    const { image, keep, json, chaos } = values;
    if (image === '') return { kind: 'wrong', message: '--image needs a folder or a reference' };
    const real = values.real || image !== undefined;
    if (chaos && real) return { kind: 'wrong', message: '--chaos works only with stand-ins' };
    if (values.seed === undefined) {
      return { kind: 'run', options: { real, image, keep, json, chaos, seed: undefined } };
    }
    if (!chaos || !/^\d{1,9}$/.test(values.seed)) {
      return { kind: 'wrong', message: '--seed needs --chaos and a whole number' };
    }
    const seed = Number(values.seed);
    return { kind: 'run', options: { real, image, keep, json, chaos, seed } };
  } catch (error) {
    return { kind: 'wrong', message: error instanceof Error ? error.message : String(error) };
  }
}

/** The command that repeats this demo with `--keep`. */
export function keepCommand({ real, image, chaos }: DemoOptions): string {
  if (chaos) return 'npm run demo -- --chaos --keep';
  const which = image === undefined ? (real ? ['--real'] : []) : ['--image', image];
  return ['npm run demo --', ...which, '--keep'].join(' ');
}

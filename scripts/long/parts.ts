/** One part of `npm run test:long`, which is too slow for `.ci/run`. */
export type LongPart = {
  readonly name: string;
  readonly what: string;
  /** Environment variables in addition to those of this process. */
  readonly environment?: Readonly<Record<string, string>>;
} & ({ readonly run: readonly [string, ...string[]] } | { readonly notYet: string });

/** `run` holds an npm script and its arguments. */
export const LONG_PARTS: readonly LongPart[] = [
  {
    name: 'seeds',
    what: 'the simulation over 10,000 seeds',
    run: ['simulate', '--seeds', '10000'],
  },
  {
    name: 'pairs',
    what: 'a run with a crash at each pair of neighboring writes',
    run: ['simulate', '--pairs'],
  },
  {
    name: 'faults',
    what: 'deliberate faults in the pipeline, which the simulation must detect',
    run: ['simulate:faults'],
  },
  {
    name: 'host-leases',
    what: 'the tests of the real Functions host that wait for its leases of ten minutes',
    run: ['test:host', '--long'],
  },
  {
    name: 'mutation',
    what: 'mutation testing of the pure core',
    run: ['mutate'],
  },
  {
    name: 'benchmarks',
    what: 'time and memory of the worker and of the app',
    notYet: 'no benchmark is written',
  },
  {
    name: 'builders',
    what: 'time and disk of both builders for images of 110 MB, 720 MB and 2 GB',
    run: ['bench:builder'],
  },
  {
    name: 'large-images',
    what: 'a real image of some 900 MB, in a cage',
    run: ['test:large', 'test/real/large-image'],
  },
  {
    name: 'layers',
    what: 'the layers of both builders for images without a package manager, of rpm, and without mknod(2)',
    run: ['test:large', 'test/real/builders'],
  },
  {
    name: 'new-privileges',
    what: 'the real suite in cages that allow new privileges (noNewPrivileges false)',
    run: ['test:real', 'test/real/main-job', 'test/real/refused-calls'],
    environment: { PATCHWRIGHT_CAGE_NEW_PRIVILEGES: 'allowed' },
  },
  {
    name: 'no-mknod',
    what: 'all images of the real suite in cages that refuse mknod(2)',
    run: ['test:real', 'test/real/main-job'],
    environment: { PATCHWRIGHT_CAGE_MKNOD: 'refused' },
  },
];

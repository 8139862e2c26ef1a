/**
 * A stand-in for patchwright-builder, for tests and the demo: never shipped. It tries nothing and
 * finds what a Standard container group is taken for: mounts are refused, the rest works. Its `serve`
 * greets as BuildKit does, and serves nothing.
 */

import type { BuilderReport } from '../../../lib/job/builder-report.ts';
import { serve } from '../buildkitd/buildkitd.ts';
import { messageOf, type ProgramContext, parseFlags, requiredFlag } from '../program.ts';

const FLAGS = {
  addr: { type: 'string' },
  config: { type: 'string' },
  devices: { type: 'string' },
  root: { type: 'string' },
} as const;

const MET = [
  'chroot',
  'mknod',
  'linkedDeviceNodes',
  'hardLink',
  'renameExchange',
  'fileCapability',
  'subreaper',
  'dropCapability',
];

/** As infra/worker/builder/README.md shows it. */
export const STANDARD_GROUP: BuilderReport = {
  version: 1,
  builder: 'mount-free',
  deviceNodes: 'mknod',
  needs: [
    { name: 'mount', ok: false, call: 'mount', errno: 'EPERM', lasting: true },
    { name: 'namespaces', ok: false, call: 'clone', errno: 'EPERM', lasting: true },
    { name: 'cgroup', ok: false, call: 'mkdir', errno: 'EROFS', lasting: true },
    { name: 'upstream', ok: false, call: 'stat', errno: 'ENOENT', lasting: true },
    ...MET.map((name) => ({ name, ok: true }) as const),
  ],
  refusals: [],
};

/** What a privileged Confidential group with upstream BuildKit is taken for. */
export const PRIVILEGED_GROUP: BuilderReport = {
  version: 1,
  builder: 'upstream',
  needs: STANDARD_GROUP.needs.map(({ name }) => ({ name, ok: true })),
  refusals: [],
};

/**
 * Runs until it is done or `stop` is aborted.
 * @public The program in bin/ calls it; Knip does not read files without an extension.
 */
export async function patchwrightBuilder(
  context: ProgramContext,
  stop: AbortSignal,
): Promise<number> {
  try {
    const flags = parseFlags(context.args, FLAGS);
    const root = requiredFlag(flags, 'root');
    switch (flags.positionals[0]) {
      case 'probe':
        context.stdout(`${JSON.stringify(STANDARD_GROUP)}\n`);
        return 0;
      case 'serve': {
        const configFile = requiredFlag(flags, 'config');
        const address = requiredFlag(flags, 'addr');
        const log = (_level: string, message: string) =>
          context.stderr(`patchwright-builder stand-in: ${message}\n`);
        await serve({ configFile, root, address }, log, stop);
        return 0;
      }
      default:
        context.stderr('usage: patchwright-builder probe|serve\n');
        return 2;
    }
  } catch (error) {
    context.stderr(`patchwright-builder: ${messageOf(error)}\n`);
    return 1;
  }
}

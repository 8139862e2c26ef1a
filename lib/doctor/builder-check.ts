import { builderFaultIn } from '../pipeline/records/builder-fault.ts';
import type { Run } from '../pipeline/records/run.ts';
import type { Check, CheckContext } from './check.ts';
import { fail, type Outcome, pass, warn } from './outcome.ts';

const CHOOSE =
  'Set PATCHWRIGHT_BUILDER to standard, or to confidential or remote (docs/deploy.md, Builders).';
const OTHER_BUILDER =
  'Run "patchwright doctor --probe", which shows each need of a builder. If it finds the same, set PATCHWRIGHT_BUILDER to confidential, or to remote with BUILDKIT_ADDRESS and the settings for mutual TLS.';

export const builderCheck: Check = {
  id: 'builder',
  title: 'A builder is configured, and the last run did not find it refused',
  needs: ({ services }) =>
    ['standard', 'confidential'].includes(services.options.builder.kind)
      ? ['storage-tables']
      : ['settings'],
  async run(context) {
    const { services, connects } = context;
    const { options } = services;
    const { builder } = options;
    switch (builder.kind) {
      case 'none':
        return options.dryRun
          ? warn('PATCHWRIGHT_BUILDER is none: nothing is patched', CHOOSE)
          : fail(
              'PATCHWRIGHT_BUILDER is none: every image that needs a patch ends failed, no-builder',
              `${CHOOSE} To scan only, set PATCHWRIGHT_DRY_RUN to true.`,
            );
      case 'standard':
        return judgeLastRun(context, 'Standard groups');
      case 'confidential':
        return judgeLastRun(context, 'privileged Confidential groups');
      case 'remote': {
        const { hostname, port } = new URL(builder.address);
        if (await connects(hostname, Number(port))) return pass(builder.address);
        return warn(
          `no connection to ${builder.address} from here`,
          'Ignore this if only the container groups’ network reaches it. Otherwise check BUILDKIT_ADDRESS and that buildkitd runs.',
        );
      }
      default:
        return builder satisfies never;
    }
  },
};

/** Only the newest run counts, because settings may have changed since an older one. */
async function judgeLastRun({ services }: CheckContext, where: string): Promise<Outcome> {
  const run = await newestRun(services);
  const fault = run === undefined ? undefined : builderFaultIn(run);
  if (run === undefined || fault === undefined)
    return pass(`${where}; each patch group probes for its builder`);
  return fail(
    `no builder works in ${where}, as run ${run.id} found: ${fault.builderDetail}. Its images ended failed, no-builder`,
    OTHER_BUILDER,
  );
}

async function newestRun({ runs }: CheckContext['services']): Promise<Run | undefined> {
  for await (const run of runs.newestFirst(() => {})) return run;
  return undefined;
}

import { type BuilderFault, builderFaultIn } from '../pipeline/records/builder-fault.ts';
import type { Run } from '../pipeline/records/run.ts';
import type { Check, CheckContext } from './check.ts';
import { fail, type Outcome, pass, warn } from './outcome.ts';

const CHOOSE =
  'Set PATCHWRIGHT_BUILDER to standard, or to confidential or remote (docs/deploy.md, Builders).';
const OTHERS = { standard: 'confidential or remote', confidential: 'standard or remote' } as const;

/** Each costs a listing of its jobs. With one run a day, these are two weeks. */
const MAX_RUNS = 14;

export const builderCheck: Check = {
  id: 'builder',
  title: 'A builder is configured, and it worked in the last run that needed one',
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
        return judgeLastRun(context, builder.kind, 'Standard groups');
      case 'confidential':
        return judgeLastRun(context, builder.kind, 'privileged Confidential groups');
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

async function judgeLastRun(
  { services }: CheckContext,
  setting: BuilderFault['builderSetting'],
  where: string,
): Promise<Outcome> {
  const found = await newestFault(services, setting);
  if (found === undefined) return pass(`${where}; each patch group probes for its builder`);
  const { run, fault } = found;
  return fail(
    `run ${run.id} found that no builder works in ${where}: ${fault.builderDetail}. Images that needed a patch ended failed, no-builder`,
    `Run "patchwright doctor --probe", which shows each need of a builder. If it finds the same, choose another builder (${OTHERS[setting]}): build its patch image, set PATCHWRIGHT_BUILDER in patchwright.env, and deploy (docs/deploy.md, Builders).`,
  );
}

/**
 * Looks for the newest run that shows whether a builder works: its groups found one, or its row records
 * a refusal under this setting. Other runs prove nothing.
 */
async function newestFault(
  services: CheckContext['services'],
  setting: BuilderFault['builderSetting'],
): Promise<{ readonly run: Run; readonly fault: BuilderFault } | undefined> {
  let looked = 0;
  for await (const run of services.runs.newestFirst(() => {})) {
    const fault = builderFaultIn(run);
    if (fault?.builderSetting === setting) return { run, fault };
    if (fault === undefined && (await hadBuilder(services, run))) return undefined;
    looked += 1;
    if (looked === MAX_RUNS) return undefined;
  }
  return undefined;
}

async function hadBuilder({ jobs }: CheckContext['services'], { id }: Run): Promise<boolean> {
  for await (const { builder } of jobs.readableOfRun(id, () => {})) {
    if (builder !== undefined && builder !== 'remote') return true;
  }
  return false;
}

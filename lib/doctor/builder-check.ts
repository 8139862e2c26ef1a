import { isBuilderThere } from '../pipeline/results/builder-proof.ts';
import type { Check } from './check.ts';
import { fail, pass, warn } from './outcome.ts';

const CHOOSE =
  'Set PATCHWRIGHT_BUILDER to confidential if the region has Confidential container groups, else to remote with BUILDKIT_ADDRESS and the settings for mutual TLS.';

export const builderCheck: Check = {
  id: 'builder',
  title: 'A builder for BuildKit is configured',
  needs: ({ services }) =>
    services.options.builder.kind === 'confidential' ? ['storage-tables'] : ['settings'],
  async run({ services, connects }) {
    const { options } = services;
    const { builder } = options;
    switch (builder.kind) {
      case 'none':
        return options.dryRun
          ? warn('PATCHWRIGHT_BUILDER is none: nothing is patched', CHOOSE)
          : fail(
              'PATCHWRIGHT_BUILDER is none: every image that needs a patch ends skipped, no-builder',
              `${CHOOSE} To scan only, set PATCHWRIGHT_DRY_RUN to true.`,
            );
      case 'confidential':
        return (await isBuilderThere(services))
          ? pass(`Confidential groups in ${builder.region}, where a probe has seen BuildKit work`)
          : warn(
              `no probe has seen BuildKit work in Confidential groups in ${builder.region}: every image that needs a patch ends skipped, no-builder`,
              'Run "patchwright doctor --probe --settings FILE" with an account that may write to the tables.',
            );
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

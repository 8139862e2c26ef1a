import { formatPinned, formatTagged } from '../image/reference.ts';
import type { PatchJobFile } from '../job/job-file.ts';
import type { ToolCommand } from './start-tool.ts';
import type { ToolEnvironment } from './tool-environment.ts';

/**
 * Patches one image from its digest and pushes the result to the staging repository. With a report
 * file Copa takes the platform of the machine, whatever `--platform` says.
 */
export function patchImage(
  job: PatchJobFile,
  image: PatchJobFile['images'][number],
  options: {
    readonly buildkitAddress: string;
    readonly reportFile: string;
    readonly seconds: number;
    readonly environment: ToolEnvironment;
  },
): ToolCommand {
  return {
    name: 'copa',
    args: [
      'patch',
      '-i',
      formatPinned(job.registry, { repository: job.repository, digest: image.digest }),
      '-r',
      options.reportFile,
      '-t',
      formatTagged(job.registry, job.staging, image.stagingTag),
      '--addr',
      options.buildkitAddress,
      '--push',
      '--timeout',
      `${options.seconds}s`,
      '--progress',
      'plain',
    ],
    environment: options.environment.variables,
  };
}

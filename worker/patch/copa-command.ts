import { formatPinned, formatTagged } from '../../lib/image/reference.ts';
import type { PatchJobFile } from '../../lib/job/job-file.ts';
import type { TlsFiles } from '../builder/builder.ts';
import type { ToolCommand } from '../tools/start-tool.ts';
import type { ToolEnvironment } from '../tools/tool-environment.ts';

/**
 * Patches one image by its digest and pushes the result to the staging repository. With a report
 * file Copa uses the machine's platform and ignores `--platform`.
 */
export function patchImage(
  job: PatchJobFile,
  image: PatchJobFile['images'][number],
  options: {
    readonly buildkitAddress: string;
    /** For a remote address. Copa requires absolute paths. */
    readonly tls?: TlsFiles | undefined;
    readonly reportFile: string;
    readonly seconds: number;
    readonly environment: ToolEnvironment;
  },
): ToolCommand {
  const { tls } = options;
  const source =
    image.copy === undefined
      ? { repository: job.repository, digest: image.digest }
      : { repository: job.staging, digest: image.copy };
  return {
    name: 'copa',
    args: [
      'patch',
      '-i',
      formatPinned(job.registry, source),
      '-r',
      options.reportFile,
      '-t',
      formatTagged(job.registry, job.staging, image.stagingTag),
      '--addr',
      options.buildkitAddress,
      ...(tls === undefined ? [] : ['--cacert', tls.ca, '--cert', tls.cert, '--key', tls.key]),
      '--push',
      '--timeout',
      `${options.seconds}s`,
      '--progress',
      'plain',
    ],
    environment: options.environment.variables,
  };
}

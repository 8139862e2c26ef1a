import type { JobResult } from '../../job/job-result.ts';

/** The tools of a group and their versions, as it claims them: `copa/0.14.2 buildkitd/0.34.2`. */
export function describeTools(tools: JobResult['tools']): string {
  return Object.entries(tools)
    .map(([tool, version]) => `${tool}/${version}`)
    .join(' ');
}

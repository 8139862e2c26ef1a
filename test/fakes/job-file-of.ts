import type { ContainerSpec } from '../../lib/containers/container-groups.ts';
import { JobAddress, JobFile } from '../../lib/job/job-file.ts';
import { openJobFile } from '../../lib/job/sealed-job-file.ts';
import type { MemoryBlobs } from './memory-blobs.ts';

/** Reads a container's job file as its worker does: by its address, with its registry token. */
export function jobFileOf({ secretFiles }: ContainerSpec, blobs: MemoryBlobs): JobFile {
  const address = JobAddress.parse(JSON.parse(secretFiles['job.json'] ?? ''));
  const { auths } = JSON.parse(secretFiles['config.json'] ?? '');
  const sealed = blobs.contentThrough(address.jobUrl);
  if (sealed === undefined)
    throw new Error('the address of the job file does not allow reading it');
  const opened = openJobFile(sealed, auths[address.registry].registrytoken);
  if (!opened.ok) throw new Error(opened.fault);
  return JobFile.parse(JSON.parse(Buffer.from(opened.value).toString()));
}

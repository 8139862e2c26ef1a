import { failureName } from '../../lib/http/connection-failure.ts';
import { type JobAddress, MAX_JOB_FILE_BYTES } from '../../lib/job/job-file.ts';
import { openJobFile } from '../../lib/job/sealed-job-file.ts';
import type { Result } from '../../lib/result.ts';
import type { WorkerContext } from '../context/worker-context.ts';
import { sendRequest } from '../transfer/send-request.ts';
import { errorCode } from '../transfer/storage-error-code.ts';

/** Reads the job file behind the address and opens it with the container's registry token. */
export async function fetchJobFile(
  context: WorkerContext,
  { jobUrl }: Pick<JobAddress, 'jobUrl'>,
  token: string,
): Promise<Result<Uint8Array>> {
  try {
    const { response } = await sendRequest(context, jobUrl, { method: 'GET' });
    if (response.status !== 200) {
      const code = await errorCode(response);
      return { ok: false, fault: `storage answered ${response.status} ${code}`.trimEnd() };
    }
    const sealed = await readAtMost(response, MAX_JOB_FILE_BYTES);
    if (sealed === undefined) {
      return { ok: false, fault: `it is larger than ${MAX_JOB_FILE_BYTES} bytes` };
    }
    return openJobFile(sealed, token);
  } catch (error) {
    return { ok: false, fault: `storage could not be reached (${failureName(error)})` };
  }
}

async function readAtMost(response: Response, maxBytes: number): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    // Returning from the loop cancels the body.
    if (size > maxBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

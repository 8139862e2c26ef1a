import { JobResult, MAX_RESULT_BYTES } from '../../lib/job/job-result.ts';
import { shorten } from '../../lib/text/shorten.ts';
import type { WorkerContext } from '../context/worker-context.ts';
import { type Upload, uploadBlob } from './upload-blob.ts';

/** If the result is too large, messages are truncated to this length, in characters. */
const SHORT_MESSAGE = 200;

/** Stores the job's result. This is the worker's last action. */
export async function writeResult(
  context: WorkerContext,
  url: string,
  result: JobResult,
): Promise<Upload> {
  // Parses with the reader's schema, so that an invalid result fails here and logs the reason.
  let bytes = encode(JobResult.parse(result));
  if (bytes.length > MAX_RESULT_BYTES) bytes = encode(shortened(result));
  return uploadBlob(context, url, bytes);
}

function encode(result: JobResult): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(JSON.stringify(result));
}

function shortened(result: JobResult): JobResult {
  const shortenMessage = <T extends { outcome: string }>(image: T): T =>
    'message' in image && typeof image.message === 'string'
      ? { ...image, message: shorten(image.message, SHORT_MESSAGE) }
      : image;
  return result.kind === 'scan'
    ? { ...result, images: result.images.map(shortenMessage) }
    : { ...result, images: result.images.map(shortenMessage) };
}

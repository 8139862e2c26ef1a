import { JobResult, MAX_RESULT_BYTES } from '../../job/job-result.ts';
import { truncate } from '../../text/truncate.ts';
import type { WorkerContext } from '../context/worker-context.ts';
import { type Upload, uploadBlob } from './upload-blob.ts';

/** Messages are shortened to this where the result would be too large, in characters. */
const SHORT_MESSAGE = 200;

/** Stores what the job came to, last of all. */
export async function writeResult(
  context: WorkerContext,
  url: string,
  result: JobResult,
): Promise<Upload> {
  // Parsed by the reader's schema: a result that it would refuse must fail here, where it shows why.
  let bytes = encode(JobResult.parse(result));
  if (bytes.length > MAX_RESULT_BYTES) bytes = encode(shortened(result));
  return uploadBlob(context, url, bytes);
}

function encode(result: JobResult): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(JSON.stringify(result));
}

function shortened(result: JobResult): JobResult {
  const shorten = <T extends { outcome: string }>(image: T): T =>
    'message' in image && typeof image.message === 'string'
      ? { ...image, message: truncate(image.message, SHORT_MESSAGE) }
      : image;
  return result.kind === 'scan'
    ? { ...result, images: result.images.map(shorten) }
    : { ...result, images: result.images.map(shorten) };
}

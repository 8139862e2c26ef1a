import { failureName } from '../../lib/http/connection-failure.ts';
import type { WorkerContext } from '../context/worker-context.ts';
import { type Answer, sendRequest } from './send-request.ts';
import { errorCode } from './storage-error-code.ts';

export type Upload =
  | { readonly outcome: 'created' }
  /** The blob exists: this container was restarted after it had written the blob. */
  | { readonly outcome: 'exists' }
  | { readonly outcome: 'failed'; readonly why: string };

const API_VERSION = '2023-11-03';

/**
 * Error codes for a second PUT to a create-only SAS address. Azure returns the second code, Azurite
 * the first.
 */
const OVERWRITE_CODES = ['AuthorizationPermissionMismatch', 'UnauthorizedBlobOverwrite'];

/** Creates the blob behind a create-only SAS address. Keeps an existing blob unchanged. */
export async function uploadBlob(
  context: WorkerContext,
  url: string,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<Upload> {
  try {
    const { response, uncertain } = await put(context, url, { 'if-none-match': '*' }, bytes);
    const { status } = response;
    if (status === 201) return { outcome: 'created' };

    const code = await errorCode(response);
    if (status !== 409 && status !== 412 && !isOverwriteRefusal(status, code)) {
      return { outcome: 'failed', why: `storage answered ${status} ${code}`.trimEnd() };
    }
    // An earlier attempt may have created it. The app checks the blob's checksum.
    return { outcome: uncertain ? 'created' : 'exists' };
  } catch (error) {
    return { outcome: 'failed', why: `storage could not be reached (${failureName(error)})` };
  }
}

/**
 * True if the blob exists. A create-only address allows no read, so this sends a PUT with a
 * condition that never holds: 412 means absent, 403 means it exists (seen with Azurite). Returns
 * false in doubt, since a later write is checked again.
 */
export async function isWritten(context: WorkerContext, url: string): Promise<boolean> {
  try {
    const { response } = await put(context, url, { 'if-match': '"never"' }, new Uint8Array());
    return isOverwriteRefusal(response.status, await errorCode(response));
  } catch {
    return false;
  }
}

function put(
  context: WorkerContext,
  url: string,
  condition: Readonly<Record<string, string>>,
  body: Uint8Array<ArrayBuffer>,
): Promise<Answer> {
  const headers = {
    'content-type': 'application/json',
    'x-ms-blob-type': 'BlockBlob',
    'x-ms-version': API_VERSION,
    ...condition,
  };
  return sendRequest(context, url, { method: 'PUT', headers, body });
}

function isOverwriteRefusal(status: number, code: string): boolean {
  return status === 403 && OVERWRITE_CODES.includes(code);
}

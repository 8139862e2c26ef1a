import { failureName } from '../../http/connection-failure.ts';
import type { WorkerContext } from '../context/worker-context.ts';
import { type Answer, sendRequest } from './send-request.ts';

export type Upload =
  | { readonly outcome: 'created' }
  /** Somebody wrote the blob before: an earlier life of this container. */
  | { readonly outcome: 'exists' }
  | { readonly outcome: 'failed'; readonly why: string };

const API_VERSION = '2023-11-03';

/**
 * How storage refuses a second PUT under an address that may only create. Azure names the second
 * code, Azurite the first.
 */
const OVERWRITE_CODES = ['AuthorizationPermissionMismatch', 'UnauthorizedBlobOverwrite'];

/** Creates the blob behind a create-only SAS address. What is there already is left as it is. */
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
    // A try of our own whose answer was lost: whose blob it is shows in its checksum.
    return { outcome: uncertain ? 'created' : 'exists' };
  } catch (error) {
    return { outcome: 'failed', why: `storage could not be reached (${failureName(error)})` };
  }
}

/**
 * Whether the blob is there, asked with an address that may only create: a PUT on a condition that
 * nothing fulfils. An absent blob fails the condition (412), one that is there is refused before
 * (403). Tried on Azurite. In doubt the answer is no: what is written later is checked again.
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

/** Storage names its error in a header; proxies drop it, so the XML body is looked at too. */
async function errorCode(response: Response): Promise<string> {
  const named = response.headers.get('x-ms-error-code');
  const body = (await response.text().catch(() => '')).slice(0, 8192);
  const code = named ?? /<Code>([A-Za-z]{1,64})<\/Code>/.exec(body)?.[1] ?? '';
  return /^[A-Za-z]{1,64}$/.test(code) ? code : '';
}

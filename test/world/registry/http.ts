import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';
import { RegistryFault } from './errors.ts';

/** A request for a handler: the path is decoded, the body is not read yet. */
export interface RegistryRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: Readable;
}

export interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** A stream needs `Content-Length` among the headers. */
  readonly body?: Uint8Array | string | (() => Readable);
}

export function jsonReply(
  value: unknown,
  options: { readonly status?: number; readonly headers?: Readonly<Record<string, string>> } = {},
): Reply {
  return {
    status: options.status ?? 200,
    headers: { 'Content-Type': 'application/json; charset=utf-8', ...options.headers },
    body: JSON.stringify(value),
  };
}

/** An error body in the form of the OCI distribution specification, "Error Codes". */
export function faultReply(fault: RegistryFault): Reply {
  const error = {
    code: fault.code,
    message: fault.message,
    ...(fault.detail === undefined ? {} : { detail: fault.detail }),
  };
  return jsonReply({ errors: [error] }, { status: fault.status, headers: fault.headers });
}

/** Reads the whole body. Refuses it with 413 above the limit. */
export async function readBody(request: RegistryRequest, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request.body) {
    const bytes = Buffer.from(chunk);
    size += bytes.length;
    if (size > maxBytes) {
      throw new RegistryFault('SIZE_INVALID', `the body is larger than ${maxBytes} bytes`, {
        status: 413,
      });
    }
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}

import { request } from 'node:https';

export interface HttpsRequest {
  readonly url: string;
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'DELETE';
  /** PEM of the certificate authority to trust. */
  readonly ca: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string;
  readonly timeoutMs?: number;
}

export interface HttpsResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

const BODY_LIMIT = 4 * 1024 * 1024;

/** Sends one HTTPS request that trusts only the given authority, which `fetch` can't do. */
export function httpsFetch(options: HttpsRequest): Promise<HttpsResponse> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      options.url,
      {
        method: options.method,
        ca: options.ca,
        headers: options.headers ?? {},
        agent: false,
        timeout: options.timeoutMs ?? 10_000,
      },
      (response) => {
        const chunks: Buffer[] = [];
        let size = 0;
        response.on('data', (chunk: Buffer) => {
          size += chunk.length;
          if (size > BODY_LIMIT) {
            outgoing.destroy(new Error(`the answer of ${options.url} is too large`));
            return;
          }
          chunks.push(chunk);
        });
        response.on('error', reject);
        response.on('end', () => {
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: Buffer.concat(chunks),
          });
        });
      },
    );
    outgoing.on('timeout', () => outgoing.destroy(new Error(`no answer from ${options.url}`)));
    outgoing.on('error', reject);
    outgoing.end(options.body);
  });
}

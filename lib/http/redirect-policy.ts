import {
  createHttpHeaders,
  createPipelineRequest,
  type PipelinePolicy,
  type PipelineRequest,
} from '@azure/core-rest-pipeline';
import { discardBody } from './read-body.ts';

const MAX_REDIRECTS = 5;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/**
 * Follows redirects of GET and HEAD, over TLS only, and never sends the credential to another origin.
 * ACR redirects a blob's GET to a signed address of a storage account. The original request stays
 * unchanged, so a retry starts at the registry and gets a new address.
 */
export function redirectPolicy(mayFollow: (request: PipelineRequest) => boolean): PipelinePolicy {
  return {
    name: 'patchwrightRedirectPolicy',
    async sendRequest(request, next) {
      let current = request;
      let response = await next(current);
      for (let followed = 0; followed < MAX_REDIRECTS; followed += 1) {
        const location = response.headers.get('location');
        const readOnly = request.method === 'GET' || request.method === 'HEAD';
        if (
          !mayFollow(request) ||
          !readOnly ||
          location === undefined ||
          !REDIRECTS.has(response.status)
        )
          return response;
        const target = new URL(location, current.url);
        if (target.protocol !== 'https:') return response;
        discardBody(response);
        current = redirected(current, target);
        response = await next(current);
      }
      return response;
    },
  };
}

function redirected(request: PipelineRequest, target: URL): PipelineRequest {
  const headers = createHttpHeaders(request.headers.toJSON());
  if (target.origin !== new URL(request.url).origin) {
    headers.delete('authorization');
    headers.delete('cookie');
  }
  return createPipelineRequest({ ...request, url: target.href, headers });
}

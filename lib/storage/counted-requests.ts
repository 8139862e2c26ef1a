import type { PipelinePolicy } from '@azure/core-rest-pipeline';
import type { RequestPolicy, RequestPolicyFactory } from '@azure/storage-blob';
import type { StorageUse } from './storage-use.ts';

/** Counts each answered try of the tables client, if it stands after the retries. */
export function countedRequests(use: StorageUse): PipelinePolicy {
  return {
    name: 'countedRequests',
    sendRequest: async (request, next) => {
      const response = await next(request);
      use.answered();
      return response;
    },
  };
}

/**
 * The same for the blob and queue clients. Their pipeline puts a factory after the retries only if its class
 * has this name (Pipeline.js of @azure/storage-blob and @azure/storage-queue).
 */
export class InjectorPolicyFactory implements RequestPolicyFactory {
  readonly #use: StorageUse;

  constructor(use: StorageUse) {
    this.#use = use;
  }

  create(next: RequestPolicy): RequestPolicy {
    return {
      sendRequest: async (request) => {
        const response = await next.sendRequest(request);
        this.#use.answered();
        return response;
      },
    };
  }
}

import type { HttpHandler } from '@azure/functions';
import { StorageError } from '../lib/storage/storage-error.ts';

const RETRY_AFTER_SECONDS = 60;

/**
 * Answers 503 with Retry-After if storage refuses the app's identity, which happens for some minutes
 * after roles were assigned. Other failures are thrown.
 */
export function unlessRefused(handler: HttpHandler): HttpHandler {
  return async (request, context) => {
    try {
      return await handler(request, context);
    } catch (error) {
      if (!(error instanceof StorageError) || error.code !== 'denied') throw error;
      context.warn(`storage refuses the app ${JSON.stringify({ detail: error.message })}`);
      return {
        status: 503,
        headers: { 'retry-after': String(RETRY_AFTER_SECONDS) },
        jsonBody: {
          error:
            'storage refuses the app: new role assignments take up to ten minutes. Try again later; if it persists, run "patchwright doctor --app"',
        },
      };
    }
  };
}

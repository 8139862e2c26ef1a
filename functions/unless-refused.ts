import type { HttpHandler } from '@azure/functions';
import { StorageError } from '../lib/storage/storage-error.ts';

const RETRY_AFTER_SECONDS = 60;

/**
 * The handler, whose caller is told 503 and to come again where storage refuses the app's identity: so it
 * is for some minutes after roles were given. Any other failure stays one.
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
            'storage refuses the app: new roles take up to ten minutes to count; try again then, and if it stays so, ask the doctor',
        },
      };
    }
  };
}

import { app, type HttpRequest } from '@azure/functions';
import { cancelRun } from '../lib/pipeline/cancellation.ts';
import { RunId } from '../lib/pipeline/records/run-id.ts';
import type { GetServices } from './services.ts';
import { ROUTES } from './triggers.ts';
import { unlessRefused } from './unless-refused.ts';

/**
 * `POST /api/runs/{runId}/cancel`: asks a run to end. Answers 202. Patches whose publishing has started
 * are finished first.
 */
export function registerCancelRun(
  services: GetServices,
  callerOf: (request: HttpRequest) => string,
): void {
  app.http('cancelRun', {
    ...ROUTES.cancelRun,
    methods: [...ROUTES.cancelRun.methods],
    handler: unlessRefused(async (request, context) => {
      const runId = RunId.safeParse(request.params.runId);
      if (!runId.success) {
        const error = 'the run id must look like 20261123T020000Z-7f3a';
        return { status: 400, jsonBody: { error } };
      }
      const by = callerOf(request);
      if (!(await cancelRun(services(context), runId.data, by))) {
        return { status: 404, jsonBody: { error: 'no run with this id is active' } };
      }
      return { status: 202, jsonBody: { runId: runId.data } };
    }),
  });
}

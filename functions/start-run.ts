import { app, type HttpRequest, type HttpResponseInit } from '@azure/functions';
import { uncoveredImages } from '../lib/pipeline/discovery/requested-images.ts';
import { parseRunRequest } from '../lib/pipeline/run/run-request.ts';
import { startRun } from '../lib/pipeline/run/start-run.ts';
import type { GetServices } from './services.ts';
import { ROUTES } from './triggers.ts';
import { unlessRefused } from './unless-refused.ts';

/** `POST /api/runs`: starts a run now. Answers 202 with its id, and whether it is a dry run. */
export function registerStartRun(
  services: GetServices,
  callerOf: (request: HttpRequest) => string,
): void {
  app.http('startRun', {
    ...ROUTES.startRun,
    methods: [...ROUTES.startRun.methods],
    handler: unlessRefused(async (request, context) => {
      const body = parseRunRequest(await request.text());
      if (!body.ok) return refusal(body.fault);
      const given = services(context);
      const { dryRun, images, retry } = body.value;
      const fault = images === undefined ? undefined : await uncoveredImages(given, images);
      if (fault !== undefined) return refusal(fault);
      const runId = await startRun(given, {
        trigger: 'manual',
        due: given.clock.now(),
        startedBy: callerOf(request),
        request: context.invocationId,
        ...(dryRun !== undefined && { dryRun }),
        ...(images !== undefined && { images }),
        ...(retry !== undefined && { retry }),
      });
      const isForced = given.options.dryRun && dryRun === false;
      return {
        status: 202,
        jsonBody: {
          runId,
          dryRun: given.options.dryRun || dryRun === true,
          ...(isForced && { note: 'PATCHWRIGHT_DRY_RUN is true, so that this is a dry run' }),
        },
      };
    }),
  });
}

function refusal(error: string): HttpResponseInit {
  return { status: 400, jsonBody: { error } };
}

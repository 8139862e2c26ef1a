import { app } from '@azure/functions';
import { z } from 'zod';
import { readJson } from '../lib/json/read-json.ts';
import { startRun } from '../lib/pipeline/run/start-run.ts';
import type { GetServices } from './services.ts';
import { ROUTES } from './triggers.ts';
import { unlessRefused } from './unless-refused.ts';

const Body = z.strictObject({ dryRun: z.boolean().optional() });

/** `POST /api/runs`: starts a run now. Answers 202 with its id. */
export function registerStartRun(services: GetServices): void {
  app.http('startRun', {
    ...ROUTES.startRun,
    methods: [...ROUTES.startRun.methods],
    handler: unlessRefused(async (request, context) => {
      const text = await request.text();
      const body = readJson(Body, new TextEncoder().encode(text === '' ? '{}' : text));
      if (!body.ok) {
        const error = 'the body must be empty, or {"dryRun": true} or {"dryRun": false}';
        return { status: 400, jsonBody: { error } };
      }
      const given = services(context);
      const { dryRun } = body.value;
      const runId = await startRun(given, {
        trigger: 'manual',
        due: given.clock.now(),
        ...(dryRun !== undefined && { dryRun }),
      });
      return { status: 202, jsonBody: { runId } };
    }),
  });
}

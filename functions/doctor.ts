import { app } from '@azure/functions';
import { systemClock } from '../lib/clock.ts';
import { reportJson } from '../lib/doctor/doctor-report.ts';
import { examineSelf } from '../lib/doctor/examine-self.ts';
import { systemSleep } from '../lib/sleep.ts';
import type { Gate } from './gate.ts';
import { response } from './register-route.ts';

/**
 * `GET /api/doctor`: runs the checks in the app and answers like `patchwright doctor --output json`.
 * The answer is always 200; its field `status` has the result.
 */
export function registerDoctor(environment: NodeJS.ProcessEnv, gate: Gate): void {
  app.http('doctor', {
    methods: ['GET'],
    authLevel: gate.authLevel,
    route: 'doctor',
    handler: async (request) => {
      const admission = gate.admit(request, 'reader');
      if (!admission.ok) return response(admission.refusal);
      const report = await examineSelf(environment, { clock: systemClock, sleep: systemSleep });
      return {
        status: 200,
        headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
        body: reportJson(report),
      };
    },
  });
}

import { app } from '@azure/functions';
import { systemClock } from '../lib/clock.ts';
import { reportJson } from '../lib/doctor/doctor-report.ts';
import { examineSelf } from '../lib/doctor/examine-self.ts';
import { systemSleep } from '../lib/sleep.ts';

/**
 * `GET /api/doctor`: runs the checks in the app and answers like `patchwright doctor --output json`.
 * The answer is always 200; its field `status` has the result.
 */
export function registerDoctor(environment: NodeJS.ProcessEnv): void {
  app.http('doctor', {
    methods: ['GET'],
    authLevel: 'function',
    route: 'doctor',
    handler: async () => {
      const report = await examineSelf(environment, { clock: systemClock, sleep: systemSleep });
      return {
        status: 200,
        headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
        body: reportJson(report),
      };
    },
  });
}

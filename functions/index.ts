import { app } from '@azure/functions';
import { systemSleep } from '../lib/sleep.ts';
import { startUp } from '../lib/start-up/start-up.ts';
import { registerCancelRun } from './cancel-run.ts';
import { registerDoctor } from './doctor.ts';
import { registerHealth } from './health.ts';
import { registerJobStep } from './job-step.ts';
import { registerReaper } from './reaper.ts';
import { registerRunTick } from './run-tick.ts';
import { registerScheduledRun } from './scheduled-run.ts';
import { appFrom, servicesOf } from './services.ts';
import { startLog } from './start-log.ts';
import { registerStartRun } from './start-run.ts';

const getApp = appFrom(process.env);
const services = servicesOf(getApp);

// Only faulty settings stop the start-up. The error names every fault.
app.hook.appStart(() => startUp(getApp(), { log: startLog, sleep: systemSleep }));

registerHealth();
registerDoctor(process.env);
registerStartRun(services);
registerCancelRun(services);
registerScheduledRun(services);
registerRunTick(services);
registerJobStep(services);
registerReaper(services);

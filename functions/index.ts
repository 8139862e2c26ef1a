import { app } from '@azure/functions';
import { createApp } from '../lib/app.ts';
import { registerCancelRun } from './cancel-run.ts';
import { registerHealth } from './health.ts';
import { registerJobStep } from './job-step.ts';
import { registerPoison } from './poison.ts';
import { registerReaper } from './reaper.ts';
import { registerRunTick } from './run-tick.ts';
import { registerScheduledRun } from './scheduled-run.ts';
import { servicesFrom } from './services.ts';
import { registerStartRun } from './start-run.ts';

// Faulty settings end the start-up with one message that names every fault.
app.hook.appStart(() => {
  createApp(process.env);
});

const services = servicesFrom(process.env);
registerHealth();
registerStartRun(services);
registerCancelRun(services);
registerScheduledRun(services);
registerRunTick(services);
registerJobStep(services);
registerReaper(services);
registerPoison(services);

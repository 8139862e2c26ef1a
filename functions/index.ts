import { app as functionApp } from '@azure/functions';
import * as functionsCore from '@azure/functions-core';
import type { App } from '../lib/app.ts';
import { nextRun } from '../lib/doctor/next-run.ts';
import { openApp } from '../lib/doctor/open-app.ts';
import { systemSleep } from '../lib/sleep.ts';
import { startUp } from '../lib/start-up/start-up.ts';
import { registerCancelRun } from './cancel-run.ts';
import { registerDashboard } from './dashboard.ts';
import { registerDoctor } from './doctor.ts';
import { registerFaultyApp } from './faulty-app.ts';
import { gateOf } from './gate.ts';
import { healthy, registerHealth } from './health.ts';
import { registerJobStep } from './job-step.ts';
import { noteKeyNames } from './key-names.ts';
import { registerOpenApi } from './openapi.ts';
import { registerPoison } from './poison.ts';
import { registerReads } from './reads.ts';
import { registerReaper } from './reaper.ts';
import { routesBehind } from './register-route.ts';
import { registerRunTick } from './run-tick.ts';
import { registerScheduledRun } from './scheduled-run.ts';
import { servicesOf } from './services.ts';
import { startLog } from './start-log.ts';
import { registerStartRun } from './start-run.ts';
import { watchTimers } from './watch-timers.ts';
import { registerWebhook } from './webhook.ts';

/** How long a call of health waits for storage; the look at the timers continues. */
const HEALTH_MS = 5000;

const opened = openApp(process.env, { identity: 'app' });

registerDashboard();
registerOpenApi();
const gate = gateOf(process.env, noteKeyNames(functionsCore));
registerDoctor(process.env, gate);
if (opened.ok) registerApp(opened.app);
else registerFaultyApp(opened.faults, gate);

function registerApp(app: App): void {
  const services = servicesOf(app.services);
  functionApp.hook.appStart(() => startUp(app, { log: startLog, sleep: systemSleep }));
  const watch = watchTimers(app.settings);
  registerHealth(async (context) => {
    await atMost(HEALTH_MS, watch.look(services(context)));
    const now = app.services.clock.now();
    const { signIn } = app.settings;
    const next = nextRun(app.settings, now);
    return healthy({ next, lastTick: watch.reaperStartedAt, signIn }, now);
  });
  const register = routesBehind(gate);
  const { clock, largeReports, registry } = app.services;
  const { history } = app;
  registerReads(register, { history, clock, sleep: systemSleep, largeReports, registry });
  registerStartRun(register, services, app);
  registerCancelRun(register, services, app);
  registerPoison(register, services, app);
  registerWebhook(register, services);
  registerScheduledRun(services, app.settings.schedule);
  registerRunTick(services, watch);
  registerJobStep(services, watch);
  registerReaper(services, app);
}

/** Waits for work that never fails, but no longer than this. */
async function atMost(milliseconds: number, work: Promise<void>): Promise<void> {
  const done = new AbortController();
  await Promise.race([work, systemSleep(milliseconds, done.signal)]);
  done.abort();
}

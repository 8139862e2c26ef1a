/**
 * The triggers of the app's functions, by the names that operators see. Timers and HTTP functions are
 * also registered with faulty settings (faulty-app.ts).
 */
export const TIMERS = {
  scheduledRun: '%PATCHWRIGHT_SCHEDULE%',
  reaper: '%PATCHWRIGHT_REAP_SCHEDULE%',
} as const;

export const ROUTES = {
  startRun: { methods: ['POST'], authLevel: 'function', route: 'runs' },
  cancelRun: { methods: ['POST'], authLevel: 'function', route: 'runs/{runId}/cancel' },
} as const satisfies Readonly<
  Record<string, { methods: readonly ['POST']; authLevel: 'function'; route: string }>
>;

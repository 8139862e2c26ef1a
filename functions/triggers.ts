/**
 * The triggers of the app's functions, by the names that operators see. Timers and HTTP functions are
 * also registered with faulty settings (faulty-app.ts).
 */
export const TIMERS = {
  scheduledRun: '%PATCHWRIGHT_SCHEDULE%',
  reaper: '%PATCHWRIGHT_REAP_SCHEDULE%',
} as const;

const get = (route: string) => ({ methods: ['GET'], role: 'reader', route }) as const;
const post = (route: string) => ({ methods: ['POST'], role: 'operator', route }) as const;

/** A route with a fixed end comes before one that takes any end. */
export const ROUTES = {
  whoAmI: get('me'),
  status: get('status'),
  listRuns: get('runs'),
  startRun: post('runs'),
  getRun: get('runs/{runId}'),
  listRunImages: get('runs/{runId}/images'),
  cancelRun: post('runs/{runId}/cancel'),
  listImages: get('images'),
  getImage: get('images/{*image}'),
  getLineage: get('lineage/{*image}'),
  getReport: get('reports/{*image}'),
  findings: get('findings/{vulnerability}'),
  evidence: get('evidence'),
  listPoison: get('poison'),
  replayPoison: post('poison/replay'),
  testWebhook: post('webhook/test'),
} as const;
export type RouteName = keyof typeof ROUTES;

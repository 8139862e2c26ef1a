import { app, type InvocationContext, output } from '@azure/functions';

/*
 * A small app for the tests of the host: bundled by them, and loaded as any app. What its functions see
 * they write to the log, as JSON.
 */
app.hook.appStart(() => {
  console.warn('warning: the app has started');
  console.info('info: the app has started');
  if (process.env.START_FAILS === 'true') throw new Error('the start of the app failed');
});

app.timer('everySecond', {
  schedule: '%TICK_SCHEDULE%',
  handler: (timer, context) => context.log(JSON.stringify({ timer, at: Date.now() })),
});

app.timer('daily', {
  schedule: '0 0 2 * * *',
  retry: { strategy: 'fixedDelay', maxRetryCount: 2, delayInterval: 1 },
  handler: (timer, context) => {
    const { retryCount, maxRetryCount } = context.retryContext ?? {};
    context.log(JSON.stringify({ retryCount, maxRetryCount, timer, at: Date.now() }));
    if (process.env.DAILY_FAILS === 'true') throw new Error('the daily work failed');
  },
});

const SCHEDULES = {
  wrongSchedule: '%WRONG_SCHEDULE%',
  absentSetting: '%ABSENT_SETTING%',
  emptySetting: '%EMPTY_SETTING%',
  largestStep: '%LARGEST_STEP%',
  overflowingStep: '%OVERFLOWING_STEP%',
};
for (const [name, schedule] of Object.entries(SCHEDULES)) {
  app.timer(name, { schedule, handler: (_, context) => context.log('{}') });
}

for (const name of ['disabledByDot', 'disabledByUnderscore']) {
  app.timer(name, { schedule: '0 0 2 * * *', handler: (_, context) => context.log('{}') });
}

app.storageQueue('work', {
  queueName: '%WORK_QUEUE%',
  connection: 'AzureWebJobsStorage',
  return: output.storageQueue({
    queueName: '%WORK_QUEUE%-answers',
    connection: 'AzureWebJobsStorage',
  }),
  handler: async (message, context) => {
    const metadata = context.triggerMetadata ?? {};
    context.log(JSON.stringify({ message, dequeueCount: metadata.dequeueCount, metadata }));
    return behave(message, context);
  },
});

app.storageQueue('workPoison', {
  queueName: '%WORK_QUEUE%-poison',
  connection: 'AzureWebJobsStorage',
  handler: (message, context) => {
    const { dequeueCount } = context.triggerMetadata ?? {};
    context.log(JSON.stringify({ poison: message, dequeueCount }));
    if (has(message, 'failsAsPoison')) throw new Error('the poison work failed');
  },
});

app.http('health', {
  authLevel: 'anonymous',
  methods: ['GET'],
  handler: () => ({ jsonBody: { ok: true } }),
});

app.http('greet', {
  authLevel: 'function',
  methods: ['POST'],
  route: 'people/{name}',
  handler: async (request) => ({
    status: 201,
    headers: { location: `/people/${request.params.name}` },
    body: `${request.query.get('greeting')} ${request.params.name}: ${await request.text()}`,
  }),
});

app.http('cookies', {
  authLevel: 'anonymous',
  methods: ['GET'],
  handler: () => ({ status: 200, cookies: [{ name: 'taste', value: 'sweet', path: '/' }] }),
});

app.http('broken', {
  authLevel: 'anonymous',
  methods: ['GET'],
  handler: () => {
    throw new Error('broken');
  },
});

function has(message: unknown, name: string): boolean {
  return typeof message === 'object' && message !== null && name in message;
}

function behave(message: unknown, context: InvocationContext): unknown {
  const what = typeof message === 'object' && message !== null && 'do' in message ? message.do : '';
  const first = context.triggerMetadata?.dequeueCount === 1;
  switch (what) {
    case 'answer':
      return ['one', { two: 2 }];
    case 'throw':
      throw new Error('the work failed');
    case 'throw-text':
      throw 'just a text';
    case 'throw-nothing':
      throw undefined;
    case 'exit':
      // Whatever came with it has ended by then.
      return new Promise(() => setTimeout(() => process.exit(9), 1500));
    case 'hang-once':
      return first ? new Promise(() => undefined) : undefined;
    default:
      return undefined;
  }
}

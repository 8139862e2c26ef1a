import { app, type InvocationContext, output } from '@azure/functions';

/*
 * A small app for the tests of the host: bundled by them, and loaded as any app. What its functions see
 * they write to the log, as JSON.
 */
app.hook.appStart(() => {
  console.log('the app has started');
});

app.timer('everySecond', {
  schedule: '%TICK_SCHEDULE%',
  handler: (timer, context) => context.log(JSON.stringify({ timer })),
});

app.timer('daily', {
  schedule: '0 0 2 * * *',
  retry: { strategy: 'fixedDelay', maxRetryCount: 2, delayInterval: 1 },
  handler: (timer, context) => {
    const attempt = context.retryContext?.retryCount ?? 0;
    context.log(JSON.stringify({ attempt, timer }));
    if (process.env.DAILY_FAILS === 'true') {
      throw new Error('the daily work failed');
    }
  },
});

app.storageQueue('work', {
  queueName: '%WORK_QUEUE%',
  connection: 'AzureWebJobsStorage',
  return: output.storageQueue({
    queueName: '%WORK_QUEUE%-answers',
    connection: 'AzureWebJobsStorage',
  }),
  handler: async (message, context) => {
    const dequeueCount = context.triggerMetadata?.dequeueCount;
    context.log(JSON.stringify({ message, dequeueCount }));
    return behave(message, context);
  },
});

app.storageQueue('workPoison', {
  queueName: '%WORK_QUEUE%-poison',
  connection: 'AzureWebJobsStorage',
  handler: (message, context) => context.log(JSON.stringify({ poison: message })),
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

app.http('broken', {
  authLevel: 'anonymous',
  methods: ['GET'],
  handler: () => {
    throw new Error('broken');
  },
});

function behave(message: unknown, context: InvocationContext): unknown {
  const what = typeof message === 'object' && message !== null && 'do' in message ? message.do : '';
  switch (what) {
    case 'answer':
      return ['one', { two: 2 }];
    case 'throw':
      throw new Error('the work failed');
    case 'throw-text':
      throw 'just a text';
    case 'exit':
      return process.exit(9);
    case 'hang-once':
      return context.triggerMetadata?.dequeueCount === 1 ? new Promise(() => undefined) : undefined;
    default:
      return undefined;
  }
}

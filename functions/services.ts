import type { InvocationContext } from '@azure/functions';
import { type App, createApp } from '../lib/app.ts';
import type { Log, LogFields } from '../lib/log.ts';
import type { Services } from '../lib/pipeline/services.ts';

/** Makes the app once, at the first use, and gives each invocation its services. */
export type GetServices = (context: InvocationContext) => Services;

export function servicesFrom(environment: NodeJS.ProcessEnv): GetServices {
  let app: App | undefined;
  return (context) => {
    app ??= createApp(environment);
    return { ...app, log: contextLog(context) };
  };
}

/** A static message, and its fields as one JSON object behind it. */
function contextLog(context: InvocationContext): Log {
  const line = (message: string, fields: LogFields = {}) => `${message} ${JSON.stringify(fields)}`;
  return {
    info: (message, fields) => context.info(line(message, fields)),
    warn: (message, fields) => context.warn(line(message, fields)),
    error: (message, fields) => context.error(line(message, fields)),
  };
}

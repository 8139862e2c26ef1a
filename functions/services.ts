import type { InvocationContext } from '@azure/functions';
import type { AppServices } from '../lib/app.ts';
import type { Log, LogFields } from '../lib/log.ts';
import type { Services } from '../lib/pipeline/services.ts';

/** Gives each invocation its services. */
export type GetServices = (context: InvocationContext) => Services;

export function servicesOf(services: AppServices): GetServices {
  return (context) => ({ ...services, log: contextLog(context) });
}

/** Writes a static message, followed by its fields as one JSON object. */
function contextLog(context: InvocationContext): Log {
  const line = (message: string, fields: LogFields = {}) => `${message} ${JSON.stringify(fields)}`;
  return {
    info: (message, fields) => context.info(line(message, fields)),
    warn: (message, fields) => context.warn(line(message, fields)),
    error: (message, fields) => context.error(line(message, fields)),
  };
}

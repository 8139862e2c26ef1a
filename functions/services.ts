import type { InvocationContext } from '@azure/functions';
import { createInspection, type Inspection } from '../lib/app.ts';
import type { Log, LogFields } from '../lib/log.ts';
import type { Services } from '../lib/pipeline/services.ts';

/** Makes the app once, at the first call. Throws a `SettingsError` if the settings are faulty. */
export type GetApp = () => Inspection;

/** Gives each invocation its services. */
export type GetServices = (context: InvocationContext) => Services;

export function appFrom(environment: NodeJS.ProcessEnv): GetApp {
  let inspection: Inspection | undefined;
  return () => {
    inspection ??= createInspection(environment, { identity: 'app' });
    return inspection;
  };
}

export function servicesOf(getApp: GetApp): GetServices {
  return (context) => ({ ...getApp().app, log: contextLog(context) });
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

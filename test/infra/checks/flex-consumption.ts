import { type Deployment, ofType, textAt } from '../bicep/deployment.ts';
import type { Template } from '../bicep/template.ts';
import { modulesOf } from '../bicep/template.ts';
import type { Fault } from '../infrastructure.ts';

/**
 * Checks for settings that Flex Consumption refuses or ignores. Sources: azure-skills, hosting-plans; for
 * `ftpsState` the error 51021 of newer stamps (azure-pipelines-tasks#21032).
 */
const FORBIDDEN: ReadonlySet<string> = new Set(
  `FUNCTIONS_WORKER_RUNTIME FUNCTIONS_EXTENSION_VERSION FUNCTIONS_WORKER_RUNTIME_VERSION
   WEBSITE_RUN_FROM_PACKAGE WEBSITE_CONTENTSHARE WEBSITE_CONTENTAZUREFILECONNECTIONSTRING
   WEBSITE_CONTENTOVERVNET WEBSITE_VNET_ROUTE_ALL WEBSITE_DNS_SERVER WEBSITE_NODE_DEFAULT_VERSION
   WEBSITE_MAX_DYNAMIC_APPLICATION_SCALE_OUT WEBSITE_SKIP_CONTENTSHARE_VALIDATION
   WEBSITE_MOUNT_ENABLED SCM_DO_BUILD_DURING_DEPLOYMENT ENABLE_ORYX_BUILD
   FUNCTIONS_MAX_HTTP_CONCURRENCY FUNCTIONS_WORKER_PROCESS_COUNT
   FUNCTIONS_WORKER_DYNAMIC_CONCURRENCY_ENABLED WEBSITE_TIME_ZONE TZ WEBSITE_LOAD_CERTIFICATES
   linuxFxVersion healthCheckPath appSettings ftpsState use32BitWorkerProcess netFrameworkVersion
   preWarmedInstanceCount functionsRuntimeScaleMonitoringEnabled alwaysOn`.split(/\s+/),
);

export function flexFaults(deployment: Deployment): readonly Fault[] {
  const [plan] = ofType(deployment, 'Microsoft.Web/serverfarms');
  const [app] = ofType(deployment, 'Microsoft.Web/sites');
  const config = ofType(deployment, 'Microsoft.Web/sites/config');
  const way = ['properties', 'functionAppConfig', 'runtime', 'name'] as const;
  return [
    ...(textAt(plan, 'sku', 'name') === 'FC1' ? [] : ['the plan is not Flex Consumption (FC1)']),
    ...(textAt(app, ...way) === 'node' ? [] : ['the runtime is not node']),
    ...(textAt(app, 'identity', 'type') === 'UserAssigned'
      ? []
      : ['the app has no user-assigned identity']),
    ...keysOf([app, ...config])
      .filter((key) => FORBIDDEN.has(key))
      .map((key) => `Flex Consumption does not support ${key}`),
  ];
}

/** Returns every key at any depth. */
function keysOf(value: unknown): readonly string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, entry]) => [key, ...keysOf(entry)]);
}

/** Checks Node's version, because Azure does not, and a wrong one permanently breaks the app. */
export function nodeFaults(template: Template): readonly Fault[] {
  const app = modulesOf(template).find(({ symbol }) => symbol === 'app');
  return Object.entries({ 'main.bicep': template, 'modules/app.bicep': app }).flatMap(
    ([file, one]) => {
      const allowed = one?.parameters.nodeVersion?.allowedValues;
      return JSON.stringify(allowed) === '["22","24"]'
        ? []
        : [`${file}: nodeVersion is not limited to 22 and 24`];
    },
  );
}

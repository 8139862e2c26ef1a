import { type Deployment, ofType } from '../bicep/deployment.ts';
import type { Fault } from '../infrastructure.ts';

/** Checks azd's tags: the site's tag names a service of azure.yaml, the groups' tag the environment. */
export function azdFaults(deployment: Deployment, azureYaml: string): readonly Fault[] {
  const [app] = ofType(deployment, 'Microsoft.Web/sites');
  const tag = app?.tags?.['azd-service-name'];
  const [, services = ''] = /^services:\n([\s\S]*)/m.exec(azureYaml) ?? [];
  const names = [...services.matchAll(/^ {2}(\w+):$/gm)].map(([, name = '']) => name);
  const groups = ofType(deployment, 'Microsoft.Resources/resourceGroups');
  return [
    ...(names.join() === tag
      ? []
      : [`the site is tagged as service ${tag}, and azure.yaml has ${names}`]),
    ...(/^ {4}host: function$/m.test(services) ? [] : ['azure.yaml has no service of functions']),
    ...(groups.every(({ tags }) => tags?.['azd-env-name'] === deployment.parameters.environmentName)
      ? []
      : ['the resource groups do not carry azd-env-name']),
  ];
}

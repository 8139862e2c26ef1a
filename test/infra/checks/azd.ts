import type { Fault, Infrastructure } from '../infrastructure.ts';

/** What azd finds things by: the site's tag names a service of azure.yaml, the group's tag its environment. */
export function azdFaults(infra: Infrastructure, azureYaml: string): readonly Fault[] {
  const file = infra.file('modules/app.bicep');
  const main = infra.file('main.bicep');
  const app = file.resources.find(({ type }) => type === 'Microsoft.Web/sites');
  const [, tag = ''] =
    /'azd-service-name': '([^']*)'/.exec(app?.properties.get('tags')?.text ?? '') ?? [];
  const [, services = ''] = /^services:\n([\s\S]*)/m.exec(azureYaml) ?? [];
  const names = [...services.matchAll(/^ {2}(\w+):$/gm)].map(([, name = '']) => name);
  const tags = main.variables.get('allTags')?.text ?? '';
  return [
    ...(names.join() === tag
      ? []
      : [`the site is tagged as service ${tag}, and azure.yaml has ${names}`]),
    ...(/^ {4}host: function$/m.test(services) ? [] : ['azure.yaml has no service of functions']),
    ...(tags.includes("'azd-env-name': environmentName")
      ? []
      : ['the resource groups do not carry azd-env-name']),
  ];
}

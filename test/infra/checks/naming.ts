import { type Deployment, lastName, ofType } from '../bicep/deployment.ts';
import type { Template } from '../bicep/template.ts';
import type { Fault } from '../infrastructure.ts';

/** Two installations that differ in any of these must not have the same names. */
const APART = [
  'subscription().subscriptionId',
  "toLower(parameters('resourceGroupName'))",
  "toLower(parameters('environmentName'))",
  "variables('region')",
];

/** Checks names that are unique in all of Azure: they contain a lower-case suffix. */
export function namingFaults({ variables }: Template): readonly Fault[] {
  const suffix = String(variables.suffix);
  return [
    ...APART.filter((part) => !suffix.includes(part)).map(
      (part) => `two installations that differ in ${part} have the same names`,
    ),
    ...(/^\[if\(empty\(variables\('faults'\)\), toLower\(/.test(String(variables.installation))
      ? []
      : [
          'PROD and prod are two installations, or a fault in the parameters does not stop the deployment',
        ]),
    ...(String(variables.appName).includes("variables('installation')")
      ? []
      : ["the app's name does not depend on the check of the parameters"]),
  ];
}

/** Checks that a deployment never creates or tags the user's groups, and tags all that it creates. */
export function ownershipFaults(deployment: Deployment): readonly Fault[] {
  const { existingResourceGroup, existingJobsResourceGroup } = deployment.parameters;
  const groups = ofType(deployment, 'Microsoft.Resources/resourceGroups').map(({ name }) => name);
  const [app] = ofType(deployment, 'Microsoft.Web/sites');
  const expected = [
    ...(existingResourceGroup === true ? [] : ['rg-patchwright-prod']),
    ...(existingJobsResourceGroup === true ? [] : ['rg-patchwright-prod-jobs']),
  ];
  return [
    ...groups
      .filter((name) => !expected.includes(name))
      .map((name) => `the group ${name} is the user's own, and the template creates it`),
    ...expected
      .filter((name) => !groups.includes(name))
      .map((name) => `the template does not create the group ${name}`),
    ...deployment.resources
      .filter(({ tags }) => tags !== undefined && tags['patchwright-installation'] !== app?.name)
      .map(({ name }) => `${name} has no tag patchwright-installation with the app's name`),
  ];
}

/** Checks the links' names: two installations in one group share the DNS zones but not the links. */
export function linkFaults(deployment: Deployment): readonly Fault[] {
  const [network] = ofType(deployment, 'Microsoft.Network/virtualNetworks');
  const links = ofType(deployment, 'Microsoft.Network/privateDnsZones/virtualNetworkLinks');
  return links
    .filter(({ name }) => !name.endsWith(`, '${network && lastName(network)}')]`))
    .map(({ name }) => `the link ${name} is not named after its network`);
}

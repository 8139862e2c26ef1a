import { type Deployment, lastName, ofType } from '../bicep/deployment.ts';
import type { Template } from '../bicep/template.ts';
import type { Fault } from '../infrastructure.ts';

/** What makes one installation differ from another: two that differ in any of these must not collide. */
const APART = [
  'subscription().subscriptionId',
  "toLower(parameters('resourceGroupName'))",
  "toLower(parameters('environmentName'))",
  "variables('region')",
];

/** Names that are unique in all of Azure are made of a suffix, in lower case. */
export function namingFaults({ variables }: Template): readonly Fault[] {
  const suffix = String(variables.suffix);
  return [
    ...APART.filter((part) => !suffix.includes(part)).map(
      (part) => `two installations that differ in ${part} have the same names`,
    ),
    ...(/^\[if\(empty\(variables\('faults'\)\), toLower\(/.test(String(variables.installation))
      ? []
      : ['PROD and prod are two installations, or a fault in the parameters does not end it']),
    ...(String(variables.appName).includes("variables('installation')")
      ? []
      : ['the app is named without a look at its parameters']),
  ];
}

/** A deployment makes and tags no group of the user's, and all that it makes tells whose it is. */
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
      .map((name) => `the group ${name} is the user's own, and is made and tagged`),
    ...expected
      .filter((name) => !groups.includes(name))
      .map((name) => `the group ${name} is not made`),
    ...deployment.resources
      .filter(({ tags }) => tags !== undefined && tags['patchwright-installation'] !== app?.name)
      .map(({ name }) => `${name} has no tag patchwright-installation with the app's name`),
  ];
}

/** Two installations in one group share the DNS zones; each has a link of its own. */
export function linkFaults(deployment: Deployment): readonly Fault[] {
  const [network] = ofType(deployment, 'Microsoft.Network/virtualNetworks');
  const links = ofType(deployment, 'Microsoft.Network/privateDnsZones/virtualNetworkLinks');
  return links
    .filter(({ name }) => !name.endsWith(`, '${network && lastName(network)}')]`))
    .map(({ name }) => `the link ${name} is not named after its network`);
}

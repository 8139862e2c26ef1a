import type { Fault, Infrastructure } from '../infrastructure.ts';

/** What makes one installation differ from another: two that differ in any of these must not collide. */
const APART = [
  'subscription().subscriptionId',
  'toLower(resourceGroupName)',
  'environmentName',
  'region',
];

/** Names that are unique in all of Azure are made of a suffix, and refuse a name that no resource takes. */
export function namingFaults(infra: Infrastructure): readonly Fault[] {
  const { variables } = infra.file('main.bicep');
  const suffix = variables.get('suffix');
  const parts = suffix?.kind === 'call' ? suffix.arguments.map(({ text }) => text) : [];
  const installation = variables.get('installation')?.text ?? '';
  return [
    ...APART.filter((part) => !parts.includes(part)).map(
      (part) => `two installations that differ in ${part} have the same names`,
    ),
    ...(/^wellNamed\s*\? environmentName\s*: fail\(/.test(installation)
      ? []
      : ['a name that no resource takes is not refused']),
    ...(/-\$\{installation\}-/.test(variables.get('appName')?.text ?? '')
      ? []
      : ['the app is named without a look at its name']),
  ];
}

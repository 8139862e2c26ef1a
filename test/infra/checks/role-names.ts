/** A role that the template may assign, by its id. */
export interface KnownRole {
  readonly name: string;
  /** For an ABAC registry: the actions that the assignment's condition must limit. */
  readonly constrained?: readonly string[];
}

const REPOSITORY_ACTIONS = (...kinds: readonly string[]) =>
  kinds.flatMap((kind) => [`content/${kind}`, `metadata/${kind}`]);

/** The only built-in roles allowed. Source: "Azure built-in roles" and ACR's directory of roles. */
export const ROLES: Readonly<Record<string, KnownRole>> = {
  'b7e6dc6d-f1e8-4753-8033-0f276bb0955b': { name: 'Storage Blob Data Owner' },
  '974c5e8b-45b9-4653-ba55-5f855dd0fb88': { name: 'Storage Queue Data Contributor' },
  '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3': { name: 'Storage Table Data Contributor' },
  '3913510d-42f4-4e42-8a64-420c390055eb': { name: 'Monitoring Metrics Publisher' },
  '5d977122-f97e-4b4d-a52f-6b43003ddb4d': { name: 'Azure Container Instances Contributor Role' },
  '7f951dda-4ed3-4680-a7ca-43fe172d538d': { name: 'AcrPull' },
  '8311e382-0749-4cb8-b61a-304f252e45ec': { name: 'AcrPush' },
  'c2f4ef07-c644-48eb-af81-4b1b4947fb11': { name: 'AcrDelete' },
  'b93aa761-3e63-49ed-ac28-beffa264f7ac': {
    name: 'Container Registry Repository Reader',
    constrained: REPOSITORY_ACTIONS('read'),
  },
  '2a1e307c-b015-4ebd-883e-5b7698a07328': {
    name: 'Container Registry Repository Writer',
    constrained: REPOSITORY_ACTIONS('read', 'write'),
  },
  '2efddaa5-3f1f-4df3-97df-af3f13818f4c': {
    name: 'Container Registry Repository Contributor',
    constrained: REPOSITORY_ACTIONS('read', 'write', 'delete'),
  },
};

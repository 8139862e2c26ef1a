import type { Az } from '../../../scripts/remove/az.ts';
import { type AzureState, groupId, REGISTRY_ID } from './azure-state.ts';

/**
 * Answers the az commands of the removal from a simulated Azure, and changes its state. A role that is
 * assigned cannot be deleted; deleting a group deletes everything in it.
 */
export class StandInAzure {
  state: AzureState;

  constructor(state: AzureState) {
    this.state = state;
  }

  readonly az: Az = (args) => {
    const request = {
      line: args.join(' '),
      option: (name: string) => args[args.indexOf(`--${name}`) + 1] ?? '',
    };
    const [, answer] = ANSWERS.find(([pattern]) => pattern.test(request.line)) ?? [];
    if (answer !== undefined) return JSON.stringify(answer(this.state, request.option));
    const [, effect] = EFFECTS.find(([pattern]) => pattern.test(request.line)) ?? [];
    if (effect === undefined) throw new Error(`the stand-in does not implement az ${request.line}`);
    this.state = effect(this.state, request.option);
    return '';
  };
}

type Option = (name: string) => string;

const ANSWERS: readonly (readonly [RegExp, (state: AzureState, option: Option) => unknown])[] = [
  [/^account show/, (state) => ({ id: state.subscriptionId })],
  [/^acr show/, () => ({ id: REGISTRY_ID })],
  [/^group exists/, (state, option) => state.groups.some(({ name }) => name === option('name'))],
  [
    /^group show/,
    (state, option) => ({
      ...state.groups.find(({ name }) => name === option('name')),
      id: groupId(option('name')),
    }),
  ],
  [
    /^resource list/,
    (state, option) => state.resources.filter(({ group }) => group === option('resource-group')),
  ],
  [
    /^role assignment list --scope/,
    (state, option) => state.assignments.filter(({ scope }) => scope === option('scope')),
  ],
  [
    /^role assignment list --all/,
    (state, option) =>
      state.assignments.filter(({ principalId }) => principalId === option('assignee')),
  ],
  [
    /^role definition list/,
    (state, option) => state.customRoles.filter(({ scope }) => scope === option('scope')),
  ],
  [/^consumption budget list/, (state) => state.budgets.map((name) => ({ name }))],
  [/^acr cache list/, (state) => state.cacheRules],
  [/^acr repository list/, (state) => state.repositories],
  [/^acr repository show-tags/, (state, option) => state.marks?.[option('repository')] ?? []],
];

const EFFECTS: readonly (readonly [RegExp, (state: AzureState, option: Option) => AzureState])[] = [
  [/^functionapp stop/, (state) => state],
  [
    /^role assignment delete/,
    (state, option) => ({
      ...state,
      assignments: state.assignments.filter(({ id }) => id !== option('ids')),
    }),
  ],
  [
    /^consumption budget delete/,
    (state, option) => ({
      ...state,
      budgets: state.budgets.filter((name) => name !== option('budget-name')),
    }),
  ],
  [
    /^acr cache delete/,
    (state, option) => ({
      ...state,
      cacheRules: state.cacheRules.filter(({ name }) => name !== option('name')),
    }),
  ],
  [
    /^acr repository delete .*--image/,
    (state, option) => {
      const [repository = '', tag = ''] = option('image').split(':');
      const left = (state.marks?.[repository] ?? []).filter((one) => one !== tag);
      return { ...state, marks: { ...state.marks, [repository]: left } };
    },
  ],
  [
    /^acr repository delete/,
    (state, option) => ({
      ...state,
      repositories: state.repositories.filter((name) => name !== option('repository')),
    }),
  ],
  [/^resource delete/, (state, option) => ({ ...state, ...below(state, option('ids')) })],
  [
    /^group delete/,
    (state, option) => ({
      ...state,
      ...below(state, groupId(option('name'))),
      groups: state.groups.filter(({ name }) => name !== option('name')),
    }),
  ],
  [
    /^role definition delete/,
    (state, option) => {
      const role = state.customRoles.find(({ name }) => name === option('name'));
      if (state.assignments.some(({ roleId }) => roleId === role?.name))
        throw new Error('(RoleDefinitionHasAssignments)');
      return { ...state, customRoles: state.customRoles.filter((one) => one !== role) };
    },
  ],
];

/** Resources and assignments without those at or below an id. */
function below(state: AzureState, id: string): Pick<AzureState, 'resources' | 'assignments'> {
  const isIn = (other: string) => other === id || other.startsWith(`${id}/`);
  return {
    resources: state.resources.filter((one) => !isIn(one.id)),
    assignments: state.assignments.filter(({ scope }) => !isIn(scope)),
  };
}

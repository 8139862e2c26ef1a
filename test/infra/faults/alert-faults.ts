import { ACTION_GROUP } from '../bicep/parameter-sets.ts';
import { doubled, inSnapshot, type PlantedFault } from './planted-fault.ts';

const FILE = 'modules/alerts.bicep';

/** Faults in alerts and in the budget. */
export const ALERT_FAULTS: readonly PlantedFault[] = [
  {
    what: 'an alert on a failure that is never logged',
    file: FILE,
    from: "startswith \\'run failed",
    to: "startswith \\'run broke",
    says: 'the app never logs "run broke"',
    shownBy: 'plain',
    kept: inSnapshot("startswith 'run failed", "startswith 'run broke"),
  },
  {
    what: 'an alert on a message that is never logged',
    file: FILE,
    from: "startswith \\'run completed",
    to: "startswith \\'run finished",
    says: 'the app never logs "run finished"',
    shownBy: 'plain',
    kept: inSnapshot("startswith 'run completed", "startswith 'run finished"),
  },
  {
    what: 'an alert that fires on the first day',
    file: FILE,
    from: / and \(isnull\(first\).*?h\)\)/,
    to: '',
    says: 'no-run: it fires before',
    shownBy: 'plain',
    kept: inSnapshot(/ and \(isnull\(first\).*?h\)\)/, ''),
  },
  {
    what: 'an alert that a weekly schedule cannot disable',
    file: FILE,
    from: /maxHoursWithoutRun == 0\s+\? \[\]\s+: /,
    to: '',
    says: 'no-run: maxHoursWithoutRun 0 does not disable it',
    shownBy: 'quiet',
    kept: doubled('-run-failed"', /run-failed/g, 'no-run'),
  },
  {
    what: 'an alert that the guide does not mention',
    file: FILE,
    from: "name: 'group-expired'",
    to: "name: 'group-late'",
    says: 'alert group-late: docs/operate.md does not name it',
    shownBy: 'plain',
    kept: inSnapshot(/-group-expired"/g, '-group-late"'),
  },
  {
    what: "an alert that does not notify the user's action group",
    file: FILE,
    from: 'concat(ownGroup, givenGroup)',
    to: 'union(ownGroup, empty(givenGroup) ? givenGroup : [])',
    says: `an alert does not notify ${ACTION_GROUP}`,
    shownBy: 'budget',
    kept: inSnapshot(new RegExp(`(actionGroups":\\["[^"]*"),"${ACTION_GROUP}"`), '$1'),
  },
  {
    what: "a budget that does not notify the user's action group",
    file: 'main.bicep',
    from: '        contactGroups: empty(actionGroupId) ? [] : [actionGroupId]\n',
    to: '',
    says: `the budget does not notify ${ACTION_GROUP}`,
    shownBy: 'budget',
    kept: inSnapshot(/"contactGroups":\[[^\]]*\],/, ''),
  },
];

// Functions for the role conditions in a registry with ABAC. registry.bicep uses them, main.bicep measures
// their length. A condition does not limit actions that it omits, so each one lists all actions of its role.

func isNamed(operator string, text string) string =>
  '@Request[Microsoft.ContainerRegistry/registries/repositories:name] ${operator} \'${text}\''

func isNot(kind string) string =>
  '!(ActionMatches{\'Microsoft.ContainerRegistry/registries/repositories/content/${kind}\'}) AND !(ActionMatches{\'Microsoft.ContainerRegistry/registries/repositories/metadata/${kind}\'})'

// A name is compared as a whole; an entry that ends with a slash is compared as a prefix.
func isListed(patched string[]) string =>
  join(
    map(
      patched,
      entry => isNamed(endsWith(entry, '/') ? 'StringStartsWithIgnoreCase' : 'StringEqualsIgnoreCase', entry)
    ),
    ' OR '
  )

func isToPatch(patched string[]) string =>
  empty(patched)
    ? '(${isNamed('StringNotStartsWithIgnoreCase', 'patchwright/')} AND ${isNamed('StringNotStartsWithIgnoreCase', 'csscpolicies/')})'
    : isListed(patched)

func isOurs() string =>
  '${isNamed('StringStartsWithIgnoreCase', 'patchwright/')} OR ${isNamed('StringStartsWithIgnoreCase', 'csscpolicies/')}'

func isStaging() string => isNamed('StringStartsWithIgnoreCase', 'patchwright/staging/')

func isMark() string => isNamed('StringStartsWithIgnoreCase', 'patchwright/claims/')

@export()
@description('Allows reading the repositories to patch and our own ones.')
func readerCondition(patched string[]) string => '((${isNot('read')}) OR (${isToPatch(patched)} OR ${isOurs()}))'

@export()
@description('Allows writing to the repositories to patch.')
func writerCondition(patched string[]) string => '((${isNot('read')} AND ${isNot('write')}) OR (${isToPatch(patched)}))'

@export()
@description('Allows writing to staging and to the marks, and deleting in staging only.')
func stagingCondition() string =>
  '((${isNot('read')} AND ${isNot('write')}) OR (${isStaging()} OR ${isMark()})) AND ((${isNot('delete')}) OR (${isStaging()}))'

@export()
@description('Allows reading the worker images.')
func pullCondition() string =>
  '((${isNot('read')}) OR (${isNamed('StringStartsWithIgnoreCase', 'patchwright/worker')}))'

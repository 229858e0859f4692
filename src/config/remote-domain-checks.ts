import type { Problem } from '../base/problem.ts'
import type { RemoteDomain } from '../dsn/remote-domain.ts'
import { isDomainName } from './host-names.ts'

/** What is wrong with the remote domains. */
export function checkRemoteDomains(entries: readonly RemoteDomain[]): Problem[] {
  return entries.flatMap(({ DomainName, Name, AllowedOOFType }, index) => {
    const problems: Problem[] = []
    const refuse = (setting: string, message: string) =>
      problems.push({ path: ['RemoteDomains', index, setting], message })
    const above = entries.slice(0, index)
    if (DomainName !== '*' && !isDomainName(DomainName.replace(/^\*\./, '')))
      refuse(
        'DomainName',
        `must be a domain such as contoso.com, *.contoso.com or *, not "${DomainName}"`,
      )
    if (AllowedOOFType.endsWith('Legacy'))
      refuse(
        'AllowedOOFType',
        'must be External or None: which of their two notes goes out is for mailboxes to choose, and there are none',
      )
    if (Name.length > 64) refuse('Name', 'must have 64 characters at most')
    if (above.some((other) => isSame(other.DomainName, DomainName)))
      refuse('DomainName', `${DomainName} is listed above already; remove one of the two`)
    else if (above.some((other) => isSame(other.Name, Name)))
      refuse('Name', `another remote domain has the name ${Name}`)
    return problems
  })
}

const isSame = (one: string, other: string) => one.toLowerCase() === other.toLowerCase()

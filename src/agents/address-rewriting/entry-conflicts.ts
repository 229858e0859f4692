import type { Problem } from '../../base/problem.ts'
import { comparableAddress, comparableDomain } from '../../message/comparable-address.ts'
import { isMailbox } from '../../smtp/address.ts'
import { type AddressRewriteEntry, entryKind } from './address-rewrite-entry.ts'

/** What is wrong with the entries, by their place in the list and the setting. */
export function checkAddressRewriteEntries(
  entries: readonly AddressRewriteEntry[],
  isDomainName: (text: string) => boolean,
): Problem[] {
  return entries.flatMap((entry, index) => {
    const earlier = entries.slice(0, index)
    const own = problemsOf(entry, isDomainName)
    // What stands twice is told of entries that are right by themselves.
    return (own.length > 0 ? own : clashes(entry, earlier)).map(([setting, message]) => ({
      path: ['AddressRewriteEntries', index, setting],
      message,
    }))
  })
}

type Told = readonly [setting: string, message: string]

function problemsOf(
  entry: AddressRewriteEntry,
  isDomainName: (text: string) => boolean,
): readonly Told[] {
  const { Name, InternalAddress, ExternalAddress, ExceptionList, OutboundOnly } = entry
  const kind = entryKind(entry)
  const problems: Told[] = []
  if (Name.trim() === '' || Name.length > 64)
    problems.push(['Name', 'must have 1 to 64 characters'])
  const isInternal =
    kind === 'address'
      ? isPlainMailbox(InternalAddress)
      : isDomainName(InternalAddress.replace(/^\*\./, ''))
  if (!isInternal)
    problems.push([
      'InternalAddress',
      `must be an address, a domain or *.domain, such as david@contoso.com, contoso.com or *.contoso.com, not "${InternalAddress}"`,
    ])
  if (kind === 'address' && !isPlainMailbox(ExternalAddress))
    problems.push([
      'ExternalAddress',
      `must be one address as InternalAddress is, not "${ExternalAddress}"`,
    ])
  if (kind !== 'address' && !isDomainName(ExternalAddress))
    problems.push([
      'ExternalAddress',
      `must be one domain without a wildcard, such as contoso.com, not "${ExternalAddress}"`,
    ])
  if (kind === 'subdomains' && !OutboundOnly)
    problems.push([
      'OutboundOnly',
      `must be true for ${InternalAddress}: of an answer nobody could tell which of the domains it is for`,
    ])
  if (kind !== 'subdomains' && ExceptionList.length > 0)
    problems.push(['ExceptionList', 'only an InternalAddress such as *.contoso.com has exceptions'])
  if (kind === 'subdomains') problems.push(...exceptionProblems(entry))
  return problems
}

function exceptionProblems({
  InternalAddress,
  ExceptionList,
}: AddressRewriteEntry): readonly Told[] {
  const base = comparableDomain(InternalAddress.slice(2))
  return ExceptionList.filter((exception) => {
    const domain = comparableDomain(exception)
    return domain !== base && !domain.endsWith(`.${base}`)
  }).map((exception) => [
    'ExceptionList',
    `"${exception}" is no domain below ${InternalAddress.slice(2)}, so it is no exception`,
  ])
}

function clashes(
  entry: AddressRewriteEntry,
  earlier: readonly AddressRewriteEntry[],
): readonly Told[] {
  const { Name, InternalAddress, ExternalAddress, OutboundOnly } = entry
  const problems: Told[] = []
  if (earlier.some((other) => other.Name.toLowerCase() === Name.toLowerCase()))
    problems.push(['Name', `another entry has the name ${Name}`])
  if (earlier.some((other) => isSame(other.InternalAddress, InternalAddress)))
    problems.push(['InternalAddress', `${InternalAddress} is rewritten by an entry above already`])
  const rival = earlier.find(
    (other) => !other.OutboundOnly && isSame(other.ExternalAddress, ExternalAddress),
  )
  if (!OutboundOnly && rival !== undefined)
    problems.push([
      'ExternalAddress',
      `${ExternalAddress} is made ${rival.InternalAddress} by "${rival.Name}", so it cannot be made ${InternalAddress} as well; set OutboundOnly in one of the two`,
    ])
  return problems
}

const isSame = (one: string, other: string) => comparable(one) === comparable(other)
const comparable = (text: string) =>
  text.includes('@') ? comparableAddress(text) : comparableDomain(text)

/** One that every server takes: a local part beyond ASCII would need SMTPUTF8 of each next hop. */
function isPlainMailbox(text: string): boolean {
  return isMailbox(text) && /^[\x21-\x7e]*@/.test(text)
}
